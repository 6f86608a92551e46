import { readStopCondition, readWeather } from 'sluice';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { stopsSchema, weatherSchema } from '../../../app/lib/storage/storm-schema.ts';

const BLOCKS: readonly unknown[] = [
  { kind: 'burst', stage: 'a', fromMs: 0, toMs: 1, times: 1_000 },
  { kind: 'burst', stage: 'a', fromMs: 0, toMs: 1, times: 0.01 },
  { kind: 'burst', stage: 'a', fromMs: 0, toMs: 1, times: 0 },
  { kind: 'burst', stage: 'a', fromMs: 0, toMs: 1, times: 1_001 },
  { kind: 'pause', stage: 'a', fromMs: 0, toMs: 3_600_000 },
  { kind: 'pause', stage: 'a', fromMs: 0, toMs: 3_600_001 },
  { kind: 'pause', stage: 'a', fromMs: 5, toMs: 5 },
  { kind: 'pause', stage: '', fromMs: 0, toMs: 5 },
  { kind: 'slow', stage: 'a', fromMs: 0, toMs: 5, byMs: 60_000 },
  { kind: 'slow', stage: 'a', fromMs: 0, toMs: 5, byMs: 60_001 },
  { kind: 'slow', stage: 'a', fromMs: -1, toMs: 5, byMs: 1 },
  { kind: 'crash', stage: 'a', atMs: 0 },
  { kind: 'crash', stage: 'a', atMs: 'now' },
  { kind: 'hail', stage: 'a', atMs: 0 },
  null,
];

const CONDITIONS: readonly unknown[] = [
  { kind: 'depth', stage: 'a', atLeast: 1 },
  { kind: 'depth', stage: 'a', atLeast: 0 },
  { kind: 'depth', stage: 'a', atLeast: 1.5 },
  { kind: 'pending', subscription: 'a←b', is: 0 },
  { kind: 'pending', subscription: 'a←b', is: 0, forMs: 500 },
  { kind: 'pending', subscription: 'a←b', is: -1 },
  { kind: 'value', of: { stage: 'a' }, path: '', equals: 'x' },
  { kind: 'value', of: { subscription: 'a←b' }, path: 'user.name', equals: '' },
  { kind: 'value', of: {}, path: '', equals: 'x' },
  { kind: 'window' },
  { kind: 'window', stage: 'a' },
  { kind: 'window', stage: 7 },
  { kind: 'else' },
];

const takes = (read: () => unknown): boolean => {
  try {
    read();
    return true;
  } catch {
    return false;
  }
};

describe('what is stored of a storm', () => {
  it.each(BLOCKS.map((block) => [block]))('takes the block %j where the engine does', (block) => {
    expect(v.is(weatherSchema, [block])).toBe(takes(() => readWeather([block])));
  });

  it.each(CONDITIONS.map((one) => [one]))('takes the condition %j where the engine does', (one) => {
    expect(v.is(stopsSchema, [{ condition: one, isOn: true }])).toBe(
      takes(() => readStopCondition(one, 'condition')),
    );
  });

  it('takes as many of each as the engine does', () => {
    const crashes = (count: number) =>
      Array.from({ length: count }, () => ({ kind: 'crash', stage: 'a', atMs: 0 }));
    for (const count of [1_000, 1_001]) {
      expect(v.is(weatherSchema, crashes(count))).toBe(takes(() => readWeather(crashes(count))));
    }
  });
});
