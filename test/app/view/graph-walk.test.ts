import { describe, expect, it } from 'vitest';
import type { PlanView } from 'sluice';
import { isWalkKey, neighbour, type Part, type WalkKey } from '$lib/view/graph-walk.ts';
import { pipelineLayout } from '$lib/view/pipeline-layout.ts';
import { link, stage } from './recorded.ts';

const FORK: PlanView = {
  stages: [
    stage('source', 'producer'),
    stage('left', 'producerConsumer'),
    stage('right', 'producerConsumer'),
    stage('sink', 'consumer'),
  ],
  subscriptions: [
    link('left', 'source'),
    link('right', 'source'),
    link('sink', 'left'),
    link('sink', 'right'),
  ],
};
const down = pipelineLayout(FORK, { width: 700, height: 600 });
const right = pipelineLayout(FORK, { width: 1_400, height: 300 });

const at = (type: Part['type'], id: string): Part => ({ type, id });

function walk(layout: typeof down, from: Part, ...keys: readonly WalkKey[]): string {
  let part: Part | null = from;
  for (const key of keys) part = part && neighbour(layout, part, key);
  return part ? `${part.type} ${part.id}` : 'nowhere';
}

describe('neighbour()', () => {
  it('leads along subscriptions with the events and against them', () => {
    expect(down.orientation).toBe('down');
    expect(walk(down, at('stage', 'source'), 'ArrowDown')).toBe('edge left←source');
    expect(walk(down, at('stage', 'source'), 'ArrowDown', 'ArrowDown')).toBe('stage left');
    expect(walk(down, at('stage', 'sink'), 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp')).toBe('stage source');
  });

  it('leads across to what stands beside', () => {
    expect(walk(down, at('stage', 'left'), 'ArrowRight')).toBe('stage right');
    expect(walk(down, at('stage', 'right'), 'ArrowLeft')).toBe('stage left');
    expect(walk(down, at('edge', 'left←source'), 'ArrowRight')).toBe('edge right←source');
  });

  it('turns with the picture', () => {
    expect(right.orientation).toBe('right');
    const upper = walk(right, at('stage', 'source'), 'ArrowRight', 'ArrowRight');
    const lower = walk(right, at('stage', 'source'), 'ArrowRight', 'ArrowDown', 'ArrowRight');
    expect([upper, lower].sort()).toEqual(['stage left', 'stage right']);
    expect(walk(right, at('stage', upper.slice('stage '.length)), 'ArrowDown')).toBe(lower);
  });

  it('leads along the flow where nothing stands beside, and ends where it ends', () => {
    expect(walk(down, at('stage', 'source'), 'ArrowRight', 'ArrowRight')).toBe('edge right←source');
    expect(walk(down, at('stage', 'sink'), 'ArrowDown')).toBe('nowhere');
    expect(walk(down, at('stage', 'source'), 'ArrowUp')).toBe('nowhere');
  });

  it('leads to the first and to the last stage', () => {
    expect(walk(down, at('edge', 'sink←left'), 'Home')).toBe('stage source');
    expect(walk(down, at('edge', 'left←source'), 'End')).toBe('stage sink');
  });

  it('reaches every part of the picture from the first stage', () => {
    const reached = new Map<string, Part>([['stage source', at('stage', 'source')]]);
    for (const part of reached.values()) {
      for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp'] as const) {
        const next = neighbour(down, part, key);
        if (next) reached.set(`${next.type} ${next.id}`, next);
      }
    }
    expect(reached.size).toBe(FORK.stages.length + FORK.subscriptions.length);
  });
});

describe('isWalkKey()', () => {
  it('knows the keys that lead somewhere', () => {
    expect([isWalkKey('ArrowUp'), isWalkKey('Enter')]).toEqual([true, false]);
  });
});
