import { describe, expect, it } from 'vitest';
import { comparedGuesses, guessSentence, verdictText, type LabQuestion } from '$lib/labs/lab-prediction.ts';
import { programLines } from '$lib/labs/program-lines.ts';
import { unaccounted } from '$lib/labs/totals.ts';

const QUESTIONS: readonly LabQuestion[] = [
  { kind: 'number', id: 'count', asks: 'How many?', unit: 'orders', min: 0, max: 60, within: 2 },
  {
    kind: 'choice',
    id: 'where',
    asks: 'Where?',
    options: [
      { id: 'here', text: 'here' },
      { id: 'there', text: 'there' },
    ],
  },
];

const guess = (number: number, choice: string) => ({
  count: { kind: 'number', number } as const,
  where: { kind: 'choice', choice } as const,
});

describe('comparedGuesses()', () => {
  it('tells right from close and wrong, by how far a number may be off', () => {
    const verdicts = (number: number, choice: string) =>
      comparedGuesses(QUESTIONS, guess(number, choice), guess(5, 'here')).map(verdictText);
    expect(verdicts(5, 'here')).toEqual(['as you said', 'as you said']);
    expect(verdicts(7, 'there')).toEqual(['close: you said 2 too many', 'not what you said']);
    expect(verdicts(2, 'here')).toEqual(['you said 3 too few', 'as you said']);
  });

  it('judges nothing before the runs have shown it', () => {
    const compared = comparedGuesses(QUESTIONS, guess(5, 'here'), { count: null });
    expect(compared.map(({ verdict, actual }) => [verdict, actual])).toEqual([
      ['open', ''],
      ['open', ''],
    ]);
    expect(compared.map(({ guessed }) => guessed)).toEqual(['5 orders', 'here']);
    expect(guessSentence(compared)).toBe('');
  });

  it('shows what came also to who has skipped, and judges nothing', () => {
    const skipped = { count: { kind: 'skipped' }, where: { kind: 'skipped' } } as const;
    const compared = comparedGuesses(QUESTIONS, skipped, guess(5, 'here'));
    expect(compared.map(({ verdict, actual }) => [verdict, actual])).toEqual([
      ['skipped', '5 orders'],
      ['skipped', 'here'],
    ]);
    expect(guessSentence(compared)).toBe('');
  });
});

describe('guessSentence()', () => {
  it('counts what came as said once all of it is known', () => {
    const said = (number: number, choice: string) =>
      guessSentence(comparedGuesses(QUESTIONS, guess(number, choice), guess(5, 'here')));
    expect(said(5, 'here')).toBe('Both came as you said.');
    expect(said(6, 'here')).toBe('Both came as you said, or close to it.');
    expect(said(6, 'there')).toBe('1 of 2 came as you said, or close to it.');
    expect(said(60, 'here')).toBe('1 of 2 came as you said.');
    expect(said(60, 'there')).toBe('It came otherwise: look at why.');
  });
});

describe('programLines()', () => {
  it('gives lines that all have once, and others once for each', () => {
    const lines = programLines([
      { name: 'a', text: 'same\n1\nend\n' },
      { name: 'b', text: 'same\n2\nend\n' },
    ]);
    expect(lines).toEqual([
      { text: 'same', of: null },
      { text: '1', of: 'a' },
      { text: '2', of: 'b' },
      { text: 'end', of: null },
    ]);
  });
});

describe('unaccounted()', () => {
  it('is what no part tells of', () => {
    const parts = [
      { word: 'done', count: 3 },
      { word: 'waiting', count: 4 },
    ];
    expect(unaccounted({ word: 'made', count: 7, parts })).toBe(0);
    expect(unaccounted({ word: 'made', count: 9, parts })).toBe(2);
  });
});
