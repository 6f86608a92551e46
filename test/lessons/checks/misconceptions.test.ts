import {
  bypassesTheFilter,
  forgetsToSubscribe,
  ignoresDemand,
  neverEmitsWhenDemandIsLow,
  overEmits,
  unservedDemandIsRepeated,
} from '#lessons/checks/misconceptions.ts';
import { describe, expect, it } from 'vitest';
import { answer, line, link, recording } from './recording.ts';

const plan = line(['p', 'producer'], ['c', 'consumer']);
const filtered = line(['p', 'producer'], ['f', 'producerConsumer'], ['c', 'consumer']);
const onDemand = [overEmits, ignoresDemand, neverEmitsWhenDemandIsLow, unservedDemandIsRepeated];

describe('detectors of demand', () => {
  it.each([
    ['over-emits', [...answer('p', 2, [1, 2, 3]), ...answer('p', 1, [4, 5])]],
    ['ignores-demand', [...answer('p', 2, [1, 2]), ...answer('p', 1, [3, 4])]],
    ['never-emits-when-demand-is-low', [...answer('p', 2, [1, 2]), ...answer('p', 1, [])]],
    ['unserved-demand-is-repeated', answer('p', 2, [1])],
  ])('only %s recognizes its run', (misconception, happenings) => {
    const run = recording(plan, happenings);
    const recognized = onDemand.filter(({ detect }) => detect(run) !== null);
    expect(recognized.map((detector) => detector.misconception)).toEqual([misconception]);
  });

  it('none recognizes exact answers', () => {
    const run = recording(plan, [...answer('p', 2, [1, 2]), ...answer('p', 1, [3])]);
    expect(onDemand.filter(({ detect }) => detect(run) !== null)).toEqual([]);
  });

  it('a run that was cut may owe something', () => {
    const run = recording(plan, answer('p', 2, [1]), 'budget');
    expect(unservedDemandIsRepeated.detect(run)).toBeNull();
  });
});

describe('detectors of subscriptions', () => {
  it('forgetsToSubscribe names the stage that stands alone', () => {
    const alone = { ...filtered, subscriptions: [link('c', 'f')] };
    expect(forgetsToSubscribe.detect(recording(alone, []))?.says).toContain('“f” is started');
    expect(forgetsToSubscribe.detect(recording(filtered, []))).toBeNull();
  });

  it('bypassesTheFilter sees a consumer that asks the producer itself', () => {
    const passing = { ...filtered, subscriptions: [link('f', 'p'), link('c', 'p')] };
    expect(bypassesTheFilter.detect(recording(passing, []))?.says).toContain('“c” is subscribed to “p”');
    expect(bypassesTheFilter.detect(recording(filtered, []))).toBeNull();
    expect(bypassesTheFilter.detect(recording(plan, []))).toBeNull();
  });
});
