import type { Blockquote, List, ListItem, Paragraph, RootContent } from 'mdast';
import { visit } from 'unist-util-visit';
import { hashOf } from './hash.ts';
import { lastLineOf, lineOf, plainText, renderInline, type Render } from './markdown.ts';
import { answersOf, isMarked, type Unit } from './outline.ts';
import type { BrokenQuestion, Option, Question, QuestionType } from './quiz.ts';

/** What reading a question needs to know, and whom to tell. Lines are those of the quiz's own text. */
export interface Reading {
  readonly render: Render;
  /** The quiz's own setting, where the question has none. */
  readonly shuffleAnswers: boolean;
  /** Line in the file of a line of the text. */
  readonly fileLine: (line: number) => number;
  readonly warn: (line: number, message: string) => void;
}

const LABEL = /^\s*(explanation|hint)\s*(:?)\s*/i;
const MISCONCEPTION = /^\s*misconception\s*:\s*([\w-]+)\s*$/;

/** Reads one question. One that cannot be asked comes back as broken, with the reason. */
export function readQuestion(unit: Unit, reading: Reading): Question | BrokenQuestion {
  const nodes = mergeCutAnswers(unit.nodes, reading);
  const title = plainText(unit.heading.children);
  const broken = (line: number, message: string): BrokenQuestion => ({
    kind: 'broken',
    title,
    message,
    line: reading.fileLine(line),
  });
  const answers = answersOf(nodes);
  if (!answers) {
    const list = nodes.findLast((node) => node.type === 'list');
    if (list) return broken(lineOf(list), 'no option is marked as right: write "[x]" before it');
    return broken(lineOf(unit.heading), 'this question has no answers: write a list of options below it');
  }
  const at = nodes.indexOf(answers);
  for (const list of nodes.slice(0, at).filter((node) => node.type === 'list')) {
    reading.warn(
      lineOf(list),
      'this list belongs to the question, as the options come later: quizdown itself takes the first list for the options',
    );
  }
  const options = answers.children.map((item, id) => readOption(item, { id, answers, reading }));
  const type = unit.options.type ?? typeOf(answers);
  const right = options.filter((option) => option.right).length;
  if (right === 0) return broken(lineOf(answers), 'no option is marked as right: write "[x]" before it');
  if (type === 'single' && right > 1) {
    return broken(
      lineOf(answers),
      `${right} options are marked as right, but a numbered list takes one: use "-" for several`,
    );
  }
  const texts = quotesAndText(nodes, answers, reading);
  const hash = hashOf(
    JSON.stringify([type, title, texts.bodyHtml, options.map(({ html, right }) => [html, right])]),
  );
  return {
    kind: 'question',
    id: unit.options.id ?? `q-${hashOf(JSON.stringify([title, options.map(({ text }) => text)]))}`,
    hash,
    type,
    title,
    titleHtml: renderInline(reading.render, [{ type: 'paragraph', children: unit.heading.children }]),
    ...texts,
    options,
    shuffleAnswers: type === 'sequence' || (unit.options.shuffleAnswers ?? reading.shuffleAnswers),
    tags: unit.options.tags,
    misconception: unit.options.misconception,
    line: reading.fileLine(lineOf(unit.heading)),
  };
}

function typeOf(answers: List): QuestionType {
  if (!answers.ordered) return 'multiple';
  return isMarked(answers) ? 'single' : 'sequence';
}

/** Body, hint and explanation. A label decides; without one the side of the options on which a quote stands. */
function quotesAndText(
  nodes: readonly RootContent[],
  answers: List,
  reading: Reading,
): Pick<Question, 'bodyHtml' | 'hintHtml' | 'explanationHtml'> {
  const at = nodes.indexOf(answers);
  const body: RootContent[] = [];
  const hints: RootContent[] = [];
  const explanations: RootContent[] = [];
  for (const [i, node] of nodes.entries()) {
    const isAfter = i > at;
    if (i === at || isComment(node)) continue;
    if (node.type === 'blockquote') {
      const { label, children } = withoutLabel(node);
      const isHint = label ? label === 'hint' : !isAfter;
      (isHint ? hints : explanations).push(...children);
      if (i === at + 1 && lineOf(node) === lastLineOf(answers) + 1) {
        reading.warn(
          lineOf(node),
          'leave a blank line before this quote: quizdown itself takes it for the comment of the last option',
        );
      }
    } else if (!isAfter) {
      body.push(node);
    } else if (node.type !== 'thematicBreak') {
      explanations.push(node);
      reading.warn(lineOf(node), 'what follows the options is shown after answering: quote it with ">"');
    }
  }
  const rule = body.findLastIndex((node) => node.type !== 'thematicBreak') + 1;
  return {
    bodyHtml: reading.render(body.slice(0, rule)),
    hintHtml: reading.render(hints) || null,
    explanationHtml: reading.render(explanations) || null,
  };
}

function readOption(item: ListItem, of: { id: number; answers: List; reading: Reading }): Option {
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

function isComment(node: RootContent): boolean {
  return node.type === 'html' && commentText(node.value) !== null;
}

function commentText(html: string): string | null {
  return /^<!--([\s\S]*?)-->\s*$/.exec(html.trim())?.[1] ?? null;
}

/** A quote without its leading "Explanation:" or "Hint:", bold or not. */
function withoutLabel(quote: Blockquote): {
  label: 'hint' | 'explanation' | null;
  children: readonly RootContent[];
} {
  const none = { label: null, children: quote.children };
  const [first, ...rest] = quote.children;
  if (first?.type !== 'paragraph') return none;
  const [lead, next, ...others] = first.children;
  if (lead?.type !== 'strong' && lead?.type !== 'text') return none;
  const text = lead.type === 'strong' ? plainText(lead.children) : lead.value;
  const found = LABEL.exec(text);
  const word = found?.[1]?.toLowerCase();
  if (!found || (word !== 'hint' && word !== 'explanation')) return none;
  if (lead.type === 'text') {
    if (found[2] !== ':') return none;
    const value = lead.value.slice(found[0].length);
    const paragraph: Paragraph = {
      ...first,
      children: [{ ...lead, value }, ...(next ? [next] : []), ...others],
    };
    return { label: word, children: [paragraph, ...rest] };
  }
  if (found[0].trim() !== text.trim()) return none;
  const tail = next?.type === 'text' ? { ...next, value: next.value.replace(/^\s*:?\s*/, '') } : next;
  const children = [...(tail && (tail.type !== 'text' || tail.value) ? [tail] : []), ...others];
  return { label: word, children: children.length > 0 ? [{ ...first, children }, ...rest] : rest };
}

/** Joins options that Markdown cuts into several lists: an unindented comment, or another bullet, between them. */
function mergeCutAnswers(nodes: readonly RootContent[], reading: Reading): readonly RootContent[] {
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
