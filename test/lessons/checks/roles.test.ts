import { expect, it } from 'vitest';
import { directSubscriptions, downstreamOf, isFed, stagesOf, upstreamOf } from '#lessons/checks/roles.ts';
import { line, link } from './recording.ts';

const plan = line(['p', 'producer'], ['f', 'producerConsumer'], ['c', 'consumer']);

it('stagesOf() finds stages by kind', () => {
  expect(stagesOf(plan, 'producerConsumer')).toEqual(['f']);
});

it('upstreamOf() and downstreamOf() find the two sides of a stage', () => {
  expect(upstreamOf(plan, 'f').map(({ producer }) => producer)).toEqual(['p']);
  expect(downstreamOf(plan, 'f').map(({ consumer }) => consumer)).toEqual(['c']);
});

it('directSubscriptions() finds a consumer that asks a producer with no stage between', () => {
  expect(directSubscriptions(plan)).toEqual([]);
  const passing = { ...plan, subscriptions: [...plan.subscriptions, link('c', 'p')] };
  expect(directSubscriptions(passing).map(({ id }) => id)).toEqual(['c<-p']);
});

it('isFed() follows subscriptions up to a producer, and ends in a circle', () => {
  expect(isFed(plan, 'c')).toBe(true);
  expect(isFed({ ...plan, subscriptions: [link('c', 'f')] }, 'c')).toBe(false);
  expect(isFed({ ...plan, subscriptions: [link('c', 'f'), link('f', 'c')] }, 'c')).toBe(false);
});
