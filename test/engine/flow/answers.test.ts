import { describe, expect, it } from 'vitest';
import { iterableOf } from '../../../engine/flow/answers.ts';
import { crashOf, layer, runLayer } from './layer-run.ts';

function* upTo(count: number): Iterable<number> {
  for (let i = 1; i <= count; i++) yield i;
}

describe('iterableOf()', () => {
  it('FL-023 goes through whatever can be gone through', () => {
    const all = (answer: unknown) => [...iterableOf(answer, 'flatMap')];
    expect(all([1, 2])).toEqual([1, 2]);
    expect(all(new Set([1, 2]))).toEqual([1, 2]);
    expect(all(new Map([[1, 2]]))).toEqual([[1, 2]]);
    expect(all(upTo(2))).toEqual([1, 2]);
    expect(all(new Uint8Array([1, 2]))).toEqual([1, 2]);
  });

  it('FL-172 what a generator throws on its way is what is thrown', () => {
    const broken = function* (): Iterable<number> {
      yield 1;
      throw new RangeError('broken');
    };
    expect(() => [...iterableOf(broken(), 'flatMap')]).toThrow(new RangeError('broken'));
  });

  it('ends what has no end, and closes it', async () => {
    let closed = 0;
    const endless = function* (): Iterable<number> {
      try {
        for (;;) yield 1;
      } finally {
        closed += 1;
      }
    };
    const spec = layer({
      mappers: [
        { type: 'flatMap', fn: endless },
        { type: 'filter', fn: () => false },
      ],
    });
    const { entries, events } = await runLayer(spec, [[1]]);
    expect(crashOf(entries)).toMatchObject({ code: 'flow_answer' });
    expect(events).toEqual([]);
    expect(closed).toBe(1);
  });
});
