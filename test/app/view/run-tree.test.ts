import { replay } from 'sluice';
import { describe, expect, it } from 'vitest';
import { runTree, treeMove, treeRows, type TreeNode } from '../../../app/lib/view/run-tree.ts';
import { CRASH_AND_RESTART, SUPERVISED } from './recorded.ts';

const at = (n: number): readonly TreeNode[] =>
  runTree(SUPERVISED, replay(SUPERVISED, CRASH_AND_RESTART, n), { placement: {} });

const find = (nodes: readonly TreeNode[], id: string): TreeNode | null => {
  for (const node of nodes) {
    const found = node.id === id ? node : find(node.children, id);
    if (found) return found;
  }
  return null;
};

describe('runTree', () => {
  it('leads from stages over their subscriptions to the events on the way', () => {
    const nodes = at(5);
    expect(nodes.map(({ id }) => id)).toEqual(['supervisor keeper', 'stage numbers', 'stage printer']);
    const link = find(nodes, 'takes from printer←numbers');
    expect(link?.words).toMatch(/^takes from numbers: /);
    expect(link?.subject).toEqual({ type: 'edge', id: 'printer←numbers' });
    const moving = find(nodes, 'takes from printer←numbers moving');
    expect(moving?.words).toBe('3 events on its way');
    expect(moving?.children.map(({ words }) => words)).toEqual(['0', '1', '2']);
  });

  it('names what is in hand once it was taken from the mailbox', () => {
    const hand = find(at(6), 'stage printer hand');
    expect(hand?.words).toBe('3 events in hand');
  });

  it('names no node twice', () => {
    const ids: string[] = [];
    const walk = (nodes: readonly TreeNode[]): void => {
      for (const node of nodes) {
        ids.push(node.id);
        walk(node.children);
      }
    };
    walk(at(6));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the keys of the tree', () => {
  const nodes = at(5);
  const printer = 'stage printer';

  it('go through what is open, and into and out of it', () => {
    const closed = treeRows(nodes, new Set());
    expect(closed).toHaveLength(3);
    expect(treeMove(closed, printer, 'ArrowRight')).toEqual({ open: printer });
    const open = treeRows(nodes, new Set([printer]));
    expect(open.length).toBeGreaterThan(3);
    const [, , own, child] = open;
    expect(own).toMatchObject({ level: 1, position: 3, siblings: 3, open: true });
    expect(child).toMatchObject({ level: 2, position: 1, parent: printer });
    expect(treeMove(open, printer, 'ArrowRight')).toEqual({ to: child?.node.id });
    expect(treeMove(open, child?.node.id ?? '', 'ArrowLeft')).toEqual({ to: printer });
    expect(treeMove(open, printer, 'ArrowLeft')).toEqual({ close: printer });
  });

  it('end at the ends', () => {
    const rows = treeRows(nodes, new Set());
    expect(treeMove(rows, 'supervisor keeper', 'ArrowUp')).toBeNull();
    expect(treeMove(rows, printer, 'ArrowDown')).toBeNull();
    expect(treeMove(rows, printer, 'Home')).toEqual({ to: 'supervisor keeper' });
    expect(treeMove(rows, 'supervisor keeper', 'End')).toEqual({ to: printer });
    expect(treeMove(rows, printer, 'x')).toBeNull();
  });
});
