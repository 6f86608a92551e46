import type { List, ListItem, Paragraph, RootContent } from 'mdast';
import { visit } from 'unist-util-visit';
import { commentText } from './comment.ts';
import { lineOf, plainText, renderInline } from './markdown.ts';
import { isMarked } from './outline.ts';
import type { Option } from './quiz.ts';
import type { Reading } from './reading.ts';

const MISCONCEPTION = /^\s*misconception\s*:\s*([\w-]+)\s*$/;

/** Reads one item of the list of answers: its mark, its text, its comment and what the author notes about it. */
export function readOption(item: ListItem, of: { id: number; answers: List; reading: Reading }): Option {
  const { answers, reading } = of;
  const { misconception, nodes } = takeNotes(item.children);
  const comments = nodes.filter((node) => node.type === 'blockquote').flatMap((quote) => quote.children);
  const { mark, children } = takeMark(
    item,
    nodes.filter((node) => node.type !== 'blockquote'),
  );
  const marked = isMarked(answers);
  if (marked && mark === null)
    reading.warn(lineOf(item), 'this option has neither "[x]" nor "[ ]": it is read as wrong');
  const text = plainText(children);
  if (text === '' && children.every((node) => node.type === 'paragraph')) {
    const hasImage = reading.render(children).includes('<img');
    if (!hasImage) reading.warn(lineOf(item), 'this option is empty');
  }
  return {
    id: of.id,
    html:
      children.length === 1 && children[0]?.type === 'paragraph'
        ? renderInline(reading.render, children)
        : reading.render(children),
    text,
    right: marked ? mark === true : answers.ordered === true,
    commentHtml: reading.render(comments) || null,
    misconception,
    line: reading.fileLine(lineOf(item)),
  };
}

/** Whether the item is marked, and its content without the mark. */
function takeMark(
  item: ListItem,
  nodes: readonly RootContent[],
): { mark: boolean | null; children: readonly RootContent[] } {
  if (typeof item.checked === 'boolean') return { mark: item.checked, children: nodes };
  const [first, ...rest] = nodes;
  const text = first?.type === 'paragraph' ? first.children[0] : undefined;
  const found = text?.type === 'text' ? /^\[([ xX]?)\](?:\s+|$)/.exec(text.value) : null;
  if (first?.type !== 'paragraph' || text?.type !== 'text' || !found) return { mark: null, children: nodes };
  const remaining = text.value.slice(found[0].length);
  const children = [...(remaining ? [{ ...text, value: remaining }] : []), ...first.children.slice(1)];
  const paragraph: Paragraph[] = children.length > 0 ? [{ ...first, children }] : [];
  return { mark: found[1]?.toLowerCase() === 'x', children: [...paragraph, ...rest] };
}

/** Takes the author's HTML comments out of an option, and what they say about it. */
function takeNotes(children: readonly RootContent[]): {
  misconception: string | null;
  nodes: readonly RootContent[];
} {
  const root = { type: 'root' as const, children: structuredClone([...children]) };
  let misconception: string | null = null;
  visit(root, 'html', (node, index, parent) => {
    const note = commentText(node.value);
    if (note === null || !parent || index === undefined) return undefined;
    misconception = MISCONCEPTION.exec(note)?.[1] ?? misconception;
    parent.children.splice(index, 1);
    return index;
  });
  return { misconception, nodes: root.children };
}
