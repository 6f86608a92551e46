import type { Heading, List, RootContent } from 'mdast';
import { NO_OPTIONS, type QuestionOptions } from './options.ts';
import { lineOf, plainText } from './markdown.ts';

/** A heading and what stands below it, up to the next heading. */
export interface Unit {
  readonly heading: Heading;
  readonly nodes: readonly RootContent[];
  readonly options: QuestionOptions;
}

export type OutlineEntry =
  | ({ readonly kind: 'question' } & Unit)
  | ({ readonly kind: 'section'; readonly hasQuestions: boolean } & Unit)
  | ({ readonly kind: 'unanswerable' } & Unit);

/** Cuts a document into units; what stands before the first heading is dropped. */
export function unitsOf(
  nodes: readonly RootContent[],
  options: ReadonlyMap<number, QuestionOptions>,
): readonly Unit[] {
  const units: { heading: Heading; nodes: RootContent[]; options: QuestionOptions }[] = [];
  for (const node of nodes) {
    if (node.type === 'heading') {
      units.push({ heading: node, nodes: [], options: options.get(lineOf(node)) ?? NO_OPTIONS });
    } else if (node.type !== 'definition') {
      units.at(-1)?.nodes.push(node);
    }
  }
  return units;
}

/**
 * Which heading is a question and which a section title.
 *
 * - A heading with answers of its own is a question.
 * - One without, followed by deeper headings of which exactly one has answers, is a question whose body holds
 *   that sub-heading; where several have answers it is a section title, and they are the questions, unless its
 *   own options or a sub-heading without answers before the first show that it asks itself.
 * - One without any is a section title, unless it asks for answers (a hint, options) or nothing follows it.
 */
export function outline(units: readonly Unit[]): readonly OutlineEntry[] {
  const entries: OutlineEntry[] = [];
  for (let at = 0; at < units.length;) {
    const unit = units[at];
    if (!unit) break;
    const deeper = deeperThan(unit, units.slice(at + 1));
    const answering = deeper.filter(hasAnswers);
    const first = deeper.findIndex(hasAnswers);
    if (hasAnswers(unit)) {
      entries.push({ kind: 'question', ...unit });
      at += 1;
    } else if (answering.length === 1 || (answering.length > 1 && isOneQuestion(unit, deeper, first))) {
      entries.push({ kind: 'question', ...joined(unit, deeper.slice(0, first + 1)) });
      at += first + 2;
    } else if (answering.length > 1) {
      entries.push({ kind: 'section', hasQuestions: true, ...unit });
      at += 1;
    } else {
      const whole = joined(unit, deeper);
      at += deeper.length + 1;
      if (at < units.length && !asksForAnswers(whole)) {
        entries.push({ kind: 'section', hasQuestions: false, ...whole });
      } else {
        entries.push({ kind: 'unanswerable', ...whole });
      }
    }
  }
  return entries;
}

/** The list that holds the answers: the first with task marks, else the last list when it is numbered. */
export function answersOf(nodes: readonly RootContent[]): List | null {
  const lists = nodes.filter((node) => node.type === 'list');
  const last = lists.at(-1);
  return lists.find(isMarked) ?? (last?.ordered ? last : null);
}

/** One item at least carries `[x]` or `[ ]`. */
export function isMarked(list: List): boolean {
  return list.children.some(
    (item) => typeof item.checked === 'boolean' || isBareMark(plainText(item.children)),
  );
}

/** A mark that stands alone, before code or nothing: Markdown itself does not take it for one. */
export function isBareMark(text: string): boolean {
  return /^\[[ xX]?\](?:\s|$)/.test(text);
}

/** Whether a heading above several that have answers asks the first of these itself. */
function isOneQuestion(unit: Unit, deeper: readonly Unit[], first: number): boolean {
  const [sub] = deeper;
  const depth = deeper[first]?.heading.depth ?? 0;
  return unit.options !== NO_OPTIONS || (first > 0 && sub !== undefined && depth <= sub.heading.depth);
}

function hasAnswers(unit: Unit): boolean {
  return answersOf(unit.nodes) !== null;
}

function asksForAnswers(unit: Unit): boolean {
  const asks = unit.nodes.some((node) => node.type === 'blockquote' || node.type === 'list');
  return asks || unit.options !== NO_OPTIONS;
}

function deeperThan(unit: Unit, following: readonly Unit[]): readonly Unit[] {
  const end = following.findIndex((next) => next.heading.depth <= unit.heading.depth);
  return end === -1 ? following : following.slice(0, end);
}

function joined(unit: Unit, subs: readonly Unit[]): Unit {
  return { ...unit, nodes: [...unit.nodes, ...subs.flatMap((sub) => [sub.heading, ...sub.nodes])] };
}
