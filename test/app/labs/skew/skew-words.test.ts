import { describe, expect, it } from 'vitest';
import { SKEW_QUESTIONS, skewAnswers } from '$lib/labs/skew/skew-answers.ts';
import { compareSentence, rowSentence } from '$lib/labs/skew/skew-compare.ts';
import {
  costSentence,
  latencySentence,
  loadSentence,
  orderSentence,
  totalsSentence,
} from '$lib/labs/skew/skew-words.ts';
import { EVEN, madeRow } from './made-runs.ts';

/** With plain spaces for those that no line ends at. */
const spaced = (text: string) => text.replaceAll('\u00a0', ' ');

describe('sentences of the skew lab', () => {
  it('say who did how much, and why', async () => {
    const { run, settings } = await madeRow(1);
    expect(spaced(loadSentence(run, settings))).toBe(
      'Lane 2 got 60 % of the orders and was never idle; the 3 others were idle for 79 % of it on average. Milan alone is 60 % of the orders, and a key has one lane.',
    );
    expect(spaced(latencySentence(run))).toBe(
      'Half of the orders were counted within 464 ms of coming in, 99 of 100 within 950 ms.',
    );
    const even = await madeRow(1, { shares: EVEN });
    expect(spaced(loadSentence(even.run, even.settings))).toBe(
      'The work is shared out. Lane 0 got 29 % of the orders and was idle for 37 % of the run; the 3 others were idle for 42 % of it on average.',
    );
  });

  it('say that more partitions change nothing', async () => {
    const [four, eight] = [await madeRow(1), await madeRow(2, { partitions: 8 })];
    expect(spaced(compareSentence(eight, four))).toBe(
      '8 partitions instead of 4: the hottest lane’s share stays 60 %, p99 stays 950 ms. Milan has one lane, however many there are, and is 60 % of the orders by itself; 1 lane got nothing.',
    );
    const [evenFour, evenEight] = [
      await madeRow(1, { shares: EVEN }),
      await madeRow(2, { shares: EVEN, partitions: 8 }),
    ];
    expect(spaced(compareSentence(evenEight, evenFour))).toBe(
      '8 partitions instead of 4: the hottest lane’s share goes from 29 % to 15 %, p99 goes from 48 ms to 31 ms.',
    );
  });

  it('say what salt breaks, and what the second merge mends', async () => {
    const { run, settings } = await madeRow(1, { fix: 'salt' });
    expect(spaced(orderSentence(run, settings))).toBe(
      'Broken: 101 orders of Milan were counted after a later one of the same city. The first is order 1, counted after order 2.',
    );
    expect(spaced(totalsSentence(run, settings))).toBe(
      'Wrong: the run says 58 for Milan, the plain loop 240. Its lanes counted 58 + 56 + 61 + 65 = 240, but the last stage takes what one lane told for the whole: a second merge is missing.',
    );
    const merged = await madeRow(2, { fix: 'saltAndMerge' });
    expect(spaced(totalsSentence(merged.run, merged.settings))).toBe(
      'Right: all totals are those of the plain loop. Milan is put together from the parts of 4 lanes: 58 + 56 + 61 + 65 = 240. No lane has the whole, so there is a second merge to keep.',
    );
    expect(spaced(compareSentence(merged, { number: 1, run, settings, time: 'virtual' }))).toBe(
      '“Salt and merge” instead of “Salt the key”: the hottest lane’s share stays 30 %, p99 stays 46 ms.',
    );
  });

  it('compare no share with one of something else', async () => {
    const plain = await madeRow(1);
    const stages = await madeRow(2, { fix: 'twoStages' });
    expect(spaced(compareSentence(stages, plain))).toContain(
      'the hottest lane had 60 % of the orders, now the hottest worker has 35 % of the orders, p99 goes from 950 ms',
    );
    expect(rowSentence(stages)).toMatch(/^Run 2: hottest worker /);
    const sums = await madeRow(3, { fix: 'preAggregate' });
    expect(spaced(compareSentence(sums, plain))).toMatch(
      /the hottest lane had 60 % of the orders, now the hottest lane has \d+ % of the sums/,
    );
  });

  it('say what sums and two stages cost', async () => {
    const sums = await madeRow(1, { fix: 'preAggregate' });
    expect(spaced(orderSentence(sums.run, sums.settings))).toBe(
      'Kept between sums: they are counted in the order in which they were made. Inside one there is none left to see: 400 orders came as 106 sums.',
    );
    expect(spaced(totalsSentence(sums.run, sums.settings))).toBe(
      'Right: all totals are those of the plain loop. Every order is added up twice, into a sum and with that in its lane. This needs a result that sums can be put together from: a count, a maximum; not a median.',
    );
    expect(spaced(costSentence(sums.run, sums.settings))).toBe(
      'An order waits until 20 have come, up to 95 ms: half of them took 60 ms or longer, however idle the lanes are.',
    );
    const stages = await madeRow(1, { fix: 'twoStages' });
    expect(spaced(loadSentence(stages.run, stages.settings))).toBe(
      'The work is shared out. Worker 2 got 35 % of the orders and was idle for 40 % of the run; the 3 others were idle for 40 % of it on average.',
    );
    expect(spaced(orderSentence(stages.run, stages.settings))).toBe(
      'Broken: 114 orders of Milan, Tokyo, Porto, Doha and Bern were counted after a later one of the same city. The first is order 1, counted after order 2.',
    );
    expect(spaced(costSentence(stages.run, stages.settings))).toBe(
      'Every order takes one hop more. Lane 2 counts 60 % of them and is idle for 100 % of the run all the same: counting is quick.',
    );
  });
});

describe('`skewAnswers()`', () => {
  it('answers every question, once the runs have come so far', async () => {
    const even = await madeRow(1, { shares: EVEN });
    expect(skewAnswers([even])).toEqual({ hottest: null, partitions: null });
    const four = await madeRow(2);
    expect(skewAnswers([even, four])).toEqual({ hottest: { kind: 'number', number: 60 }, partitions: null });
    const eight = await madeRow(3, { partitions: 8 });
    const answers = skewAnswers([even, four, eight]);
    expect(answers['partitions']).toEqual({ kind: 'choice', choice: 'nothing' });
    expect(Object.keys(answers)).toEqual(SKEW_QUESTIONS.map(({ id }) => id));
  });

  it('does not take a run with a fix, or on real workers beside one in virtual time, for an answer', async () => {
    const salted = await madeRow(1, { fix: 'salt' });
    const four = await madeRow(2);
    const eight = await madeRow(3, { partitions: 8 });
    expect(skewAnswers([salted])).toEqual({ hottest: null, partitions: null });
    expect(skewAnswers([four, { ...eight, time: 'real' }])['partitions']).toBeNull();
  });
});
