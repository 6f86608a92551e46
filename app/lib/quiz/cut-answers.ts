import type { List, ListItem, RootContent } from 'mdast';
import { lastLineOf, lineOf } from './markdown.ts';
import { isMarked } from './outline.ts';
import type { Reading } from './reading.ts';

/** Joins options that Markdown cuts into several lists: an unindented comment, or another bullet, between them. */
export function mergeCutAnswers(nodes: readonly RootContent[], reading: Reading): readonly RootContent[] {
  const merged: RootContent[] = [];
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at];
    if (!node) continue;
    const before = merged.at(-1);
    const next = nodes[at + 1];
    if (
      node.type === 'blockquote' &&
      before?.type === 'list' &&
      next?.type === 'list' &&
      continues(before, next)
    ) {
      const isTight = lineOf(node) === lastLineOf(before) + 1 && lineOf(next) === lastLineOf(node) + 1;
      const last = before.children.at(-1);
      if (isTight && last) {
        reading.warn(lineOf(node), 'indent this comment, so that it belongs to the option above');
        const commented: ListItem = { ...last, children: [...last.children, node] };
        merged[merged.length - 1] = joinLists(
          { ...before, children: [...before.children.slice(0, -1), commented] },
          next,
        );
        at += 1;
        continue;
      }
    }
    if (node.type === 'list' && before?.type === 'list' && continues(before, node)) {
      reading.warn(lineOf(node), 'the options change their bullet here: both lists are read as one');
      merged[merged.length - 1] = joinLists(before, node);
      continue;
    }
    merged.push(node);
  }
  return merged;
}

function continues(list: List, next: List): boolean {
  return (
    list.ordered === next.ordered &&
    isMarked(list) === isMarked(next) &&
    (isMarked(list) || list.ordered === true)
  );
}

function joinLists(list: List, next: List): List {
  const joined: List = { ...list, children: [...list.children, ...next.children] };
  if (list.position && next.position)
    joined.position = { start: list.position.start, end: next.position.end };
  return joined;
}
