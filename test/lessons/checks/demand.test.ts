import { describe, expect, it } from 'vitest';
import { answers, firstOverrun, keepsFlowing, noOverrun } from '#lessons/checks/demand.ts';
import { answer, batch, line, recording } from './recording.ts';

const plan = line(['p', 'producer'], ['c', 'consumer']);

describe('noOverrun', () => {
  it('passes when no answer is larger than its demand', () => {
    const run = recording(plan, [...answer('p', 3, [1, 2, 3]), ...answer('p', 2, [4])]);
    expect(noOverrun.test(run)).toMatchObject({ pass: true, got: '4 events sent' });
  });

  it('lets a producer pay later what it owes', () => {
    const run = recording(plan, [...answer('p', 3, []), ...answer('p', 2, [1, 2, 3, 4, 5])]);
    expect(noOverrun.test(run).pass).toBe(true);
  });

  it('fails at the first answer that exceeds all that was asked', () => {
    const run = recording(plan, [...answer('p', 2, [1, 2]), ...answer('p', 1, [3, 4])]);
    expect(noOverrun.test(run)).toEqual({
      pass: false,
      expected: 'at most 3 events so far',
      got: '4 events sent',
      at: 6,
    });
  });

  it('fails when nothing was sent', () => {
    expect(noOverrun.test(recording(plan, [])).pass).toBe(false);
  });

  it('counts each producer by itself', () => {
    const two = line(['p', 'producer'], ['q', 'producer']);
    const run = recording(two, [...answer('p', 5, []), ...answer('q', 1, [1, 2])]);
    expect(firstOverrun(run)).toMatchObject({ asked: 1, emitted: 2 });
  });
});

describe('keepsFlowing()', () => {
  const check = keepsFlowing(3, 'At least three.');

  it('passes when so many events reach the consumer', () => {
    expect(check.test(recording(plan, batch('c', [1, 2, 3]))).pass).toBe(true);
  });

  it('fails, and says which stage crashed', () => {
    const error = { name: 'TypeError', message: 'no' };
    const run = recording(plan, [['p', { type: 'crash', callback: 'handleDemand', error }]], 'crashed');
    expect(check.test(run)).toMatchObject({ pass: false, got: '0 events, and “p” crashed' });
  });

  it('fails, and says when all came to rest', () => {
    expect(check.test(recording(plan, batch('c', [1])))).toMatchObject({
      pass: false,
      got: '1 event, then nothing moved any more',
    });
    expect(check.test(recording(plan, batch('c', [1]), 'budget'))).toMatchObject({ got: '1 event' });
  });
});

it('answers() pairs what was asked with what came', () => {
  const run = recording(plan, answer('p', 3, [1]));
  expect(answers(run)).toMatchObject([{ demand: 3, count: 1, stage: 'p' }]);
});
