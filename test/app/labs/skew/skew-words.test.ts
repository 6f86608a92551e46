import { describe, expect, it } from 'vitest';
import { SKEW_QUESTIONS, skewAnswers } from '$lib/labs/skew/skew-answers.ts';
import { compareSentence } from '$lib/labs/skew/skew-compare.ts';
import {
  costSentence,
  latencySentence,
  loadSentence,
  orderSentence,
  totalsSentence,
} from '$lib/labs/skew/skew-words.ts';
import { EVEN, madeRow } from './made-runs.ts';

describe('sentences of the skew lab', () => {
  it('say who did how much, and why', async () => {
    const { run, settings } = await madeRow(1);
    expect(loadSentence(run, settings)).toMatchInlineSnapshot(
      `"Lane 2 got 60 % of the orders and was never idle; the 3 others were idle for 79 % of it on average. Milan alone is 60 % of the orders, and a key has one lane."`,
    );
    expect(latencySentence(run)).toMatchInlineSnapshot(
      `"Half of the orders were counted within 464 ms of coming in, 99 of 100 within 950 ms."`,
    );
    const even = await madeRow(1, { shares: EVEN });
    expect(loadSentence(even.run, even.settings)).toMatchInlineSnapshot(
      `"The work is shared out. Lane 0 got 29 % of the orders and was idle for 37 % of the run; the 3 others were idle for 42 % of it on average."`,
    );
  });

  it('say that more partitions change nothing', async () => {
    const [four, eight] = [await madeRow(1), await madeRow(2, { partitions: 8 })];
    expect(compareSentence(eight, four)).toMatchInlineSnapshot(
      `"8 partitions instead of 4: the hottest lane’s share stays 60 %, p99 stays 950 ms. Milan has one lane, however many there are, and is 60 % of the orders by itself; 1 lane got nothing."`,
    );
    const [evenFour, evenEight] = [
      await madeRow(1, { shares: EVEN }),
      await madeRow(2, { shares: EVEN, partitions: 8 }),
    ];
    expect(compareSentence(evenEight, evenFour)).toMatchInlineSnapshot(
      `"8 partitions instead of 4: the hottest lane’s share goes from 29 % to 15 %, p99 goes from 48 ms to 31 ms."`,
    );
  });

  it('say what salt breaks, and what the second merge mends', async () => {
    const { run, settings } = await madeRow(1, { fix: 'salt' });
    expect(orderSentence(run, settings)).toMatchInlineSnapshot(
      `"Broken: 101 orders of Milan were counted after a later one of the same city. The first is order 1, counted after order 2."`,
    );
    expect(totalsSentence(run, settings)).toMatchInlineSnapshot(
      `"Wrong: the run says 58 for Milan, the plain loop 240. Its lanes counted 58 + 56 + 61 + 65 = 240, but the last stage takes what one lane told for the whole: a second merge is missing."`,
    );
    const merged = await madeRow(2, { fix: 'saltAndMerge' });
    expect(totalsSentence(merged.run, merged.settings)).toMatchInlineSnapshot(
      `"Right: all totals are those of the plain loop. Milan is put together from the parts of 4 lanes: 58 + 56 + 61 + 65 = 240. No lane has the whole, so there is a second merge to keep."`,
    );
    expect(compareSentence(merged, { number: 1, run, settings, time: 'virtual' })).toMatchInlineSnapshot(
      `"“Salt and merge” instead of “Salt the key”: the hottest lane’s share stays 30 %, p99 stays 46 ms."`,
    );
  });

  it('say what sums and two stages cost', async () => {
    const sums = await madeRow(1, { fix: 'preAggregate' });
    expect(orderSentence(sums.run, sums.settings)).toMatchInlineSnapshot(
      `"Kept between sums: they are counted in the order in which they were made. Inside one there is none left to see: 400 orders came as 106 sums."`,
    );
    expect(totalsSentence(sums.run, sums.settings)).toMatchInlineSnapshot(
      `"Right: all totals are those of the plain loop. Every order is added up twice, into a sum and with that in its lane. This needs a result that sums can be put together from: a count, a maximum; not a median."`,
    );
    expect(costSentence(sums.run, sums.settings)).toMatchInlineSnapshot(
      `"An order waits until 20 have come, up to 95 ms: half of them took 60 ms or longer, however idle the lanes are."`,
    );
    const stages = await madeRow(1, { fix: 'twoStages' });
    expect(loadSentence(stages.run, stages.settings)).toMatchInlineSnapshot(
      `"The work is shared out. Worker 2 got 35 % of the orders and was idle for 40 % of the run; the 3 others were idle for 40 % of it on average."`,
    );
    expect(orderSentence(stages.run, stages.settings)).toMatchInlineSnapshot(
      `"Broken: 114 orders of Milan, Tokyo, Porto, Doha and Bern were counted after a later one of the same city. The first is order 1, counted after order 2."`,
    );
    expect(costSentence(stages.run, stages.settings)).toMatchInlineSnapshot(
      `"Every order takes one hop more. Lane 2 counts 60 % of them and is idle for 100 % of the run all the same: counting is quick."`,
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
