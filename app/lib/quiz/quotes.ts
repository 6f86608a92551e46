import type { Blockquote, List, Paragraph, RootContent } from 'mdast';
import { isComment } from './comment.ts';
import { lastLineOf, lineOf, plainText } from './markdown.ts';
import type { Question } from './quiz.ts';
import type { Reading } from './reading.ts';

const LABEL = /^\s*(explanation|hint)\s*(:?)\s*/i;

/** Body, hint and explanation. A label decides; without one the side of the options on which a quote stands. */
export function quotesAndText(
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
