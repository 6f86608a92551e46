import type { Outcome, PredictionValue } from '#lessons/schema.ts';
import type { Guess, Question } from './lesson.ts';

/** How a guess compares with what happened, in words. */
export interface Comparison {
  readonly right: boolean;
  readonly guessed: string;
  readonly actual: string;
  /** Names the difference; empty when there is none. */
  readonly gap: string;
}

/** Lays what a run showed over what was guessed; `null` where nothing was guessed. */
export function compare(question: Question, guess: Guess, { actual }: Outcome): Comparison | null {
  if (guess.kind === 'skipped' || guess.kind !== actual.kind) return null;
  const words = { guessed: inWords(question, guess), actual: inWords(question, actual) };
  const gap = gapBetween(guess, actual);
  return { right: gap === '', ...words, gap };
}

/** A value as a learner reads it. */
export function inWords(question: Question, value: PredictionValue): string {
  switch (value.kind) {
    case 'choice':
      return optionText(question, value.choice);
    case 'number':
      return `${countInWords(value.number)} ${question.kind === 'number' ? question.unit : ''}`.trim();
    case 'order':
      return value.order.map((id) => optionText(question, id)).join(' → ');
  }
}

/** "2,194", as the prose writes it. */
function countInWords(count: number): string {
  return count.toLocaleString('en');
}

function optionText(question: Question, id: string): string {
  if (question.kind === 'number') return id;
  return question.options.find((option) => option.id === id)?.text ?? id;
}

function gapBetween(guess: PredictionValue, actual: PredictionValue): string {
  if (guess.kind === 'number' && actual.kind === 'number') {
    const difference = guess.number - actual.number;
    if (difference === 0) return '';
    return `${countInWords(Math.abs(difference))} too ${difference > 0 ? 'many' : 'few'}`;
  }
  if (guess.kind === 'choice' && actual.kind === 'choice') {
    return guess.choice === actual.choice ? '' : 'Another one than you chose';
  }
  if (guess.kind === 'order' && actual.kind === 'order') {
    const elsewhere = actual.order.filter((id, i) => id !== guess.order[i]).length;
    return elsewhere === 0 ? '' : `${elsewhere} of ${actual.order.length} were at another place`;
  }
  return '';
}

/** An order beside what was guessed, place by place; `guess` is empty where nothing was guessed. */
export function orderRows(
  question: Question,
  guess: PredictionValue | null,
  actual: Extract<PredictionValue, { readonly kind: 'order' }>,
): readonly { readonly actual: string; readonly guess: string; readonly same: boolean }[] {
  const guessed = guess?.kind === 'order' ? guess.order : [];
  return actual.order.map((id, i) => {
    const own = guessed[i];
    return {
      actual: optionText(question, id),
      guess: own === undefined ? '' : optionText(question, own),
      same: own === id,
    };
  });
}

/** Moves one item of an order by one place; the order stays as it is where there is no such place. */
export function moved(order: readonly string[], index: number, by: -1 | 1): readonly string[] {
  const item = order[index];
  const other = order[index + by];
  if (item === undefined || other === undefined) return order;
  const next = [...order];
  next[index] = other;
  next[index + by] = item;
  return next;
}
