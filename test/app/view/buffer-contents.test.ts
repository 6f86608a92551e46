import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  broadcastDispatcher,
  consumer,
  pipeline,
  planOf,
  producer,
  Replay,
  runVirtual,
  sleep,
  type VirtualRun,
} from 'sluice';
import { BufferContents } from '$lib/view/buffer-contents.ts';
import { entriesOf } from './recorded.ts';

interface Setup {
  readonly bufferSize: number;
  readonly bufferKeep: 'first' | 'last';
  readonly perCall: number;
  readonly maxDemand: number;
  readonly isBroadcast: boolean;
}

/** A producer that emits more than it is asked for, before one or two consumers. */
function overflowing({
  bufferSize,
  bufferKeep,
  perCall,
  maxDemand,
  isBroadcast,
}: Setup): Promise<VirtualRun> {
  const source = producer({
    init: () => 0,
    handleDemand: (_, next) => ({
      events: Array.from({ length: perCall }, (_, i) => next + i),
      state: next + perCall,
    }),
    bufferSize,
    bufferKeep,
    ...(isBroadcast && { dispatcher: broadcastDispatcher() }),
  });
  const sink = consumer({ handleEvents: async () => sleep(5) });
  const program = pipeline(({ start, subscribe }) => {
    const first = start('source', source);
    subscribe(start('one', sink), { to: first, maxDemand });
    if (isBroadcast) subscribe(start('two', sink), { to: first, maxDemand: maxDemand + 1 });
  });
  return runVirtual(planOf(program), { seed: 3, entryBudget: 220 });
}

const setups = fc.record({
  bufferSize: fc.integer({ min: 1, max: 12 }),
  bufferKeep: fc.constantFrom('first' as const, 'last' as const),
  perCall: fc.integer({ min: 1, max: 9 }),
  maxDemand: fc.integer({ min: 1, max: 5 }),
  isBroadcast: fc.boolean(),
});

function contentsOf({ plan, entries }: VirtualRun): BufferContents {
  const [source] = plan.stages;
  if (!source) throw new Error('there is a source');
  const contents = new BufferContents(source);
  contents.update(entries);
  return contents;
}

describe('BufferContents', () => {
  it('has as many events at every moment as the replay counts', async () => {
    await fc.assert(
      fc.asyncProperty(setups, async (setup) => {
        const run = await overflowing(setup);
        const contents = contentsOf(run);
        const replay = new Replay(run.plan, run.entries);
        for (let n = 0; n <= run.entries.length; n += 1) {
          const stored = contents.at(n, 100);
          expect(stored).toHaveLength(replay.at(n).stages['source']?.buffered ?? 0);
          expect(stored).not.toContain(undefined);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('names the events that are sent next', async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(setups, async (setup) => {
        const run = await overflowing(setup);
        const contents = contentsOf(run);
        for (const [i, entry] of run.entries.entries()) {
          if (entry.type !== 'unbuffer') continue;
          const sent = run.entries.find(({ type, cause }) => type === 'dispatch' && cause === entry.seq);
          if (sent?.type !== 'dispatch') continue;
          expect(contents.at(i, 100).slice(0, sent.count)).toEqual(sent.events);
          checked += 1;
        }
      }),
      { numRuns: 25 },
    );
    expect(checked).toBeGreaterThan(100);
  });

  it('keeps the last events of a full buffer, or the first where the program said so', async () => {
    const shape = { bufferSize: 3, perCall: 8, maxDemand: 2, isBroadcast: false };
    for (const [bufferKeep, kept] of [
      ['last', [5, 6, 7]],
      ['first', [2, 3, 4]],
    ] as const) {
      const run = await overflowing({ ...shape, bufferKeep });
      const first = run.entries.findIndex(({ type }) => type === 'buffer') + 1;
      expect(contentsOf(run).at(first, 100)).toEqual(kept);
    }
  });

  it('is the same forward and backward, and after late entries', async () => {
    const run = await overflowing({
      bufferSize: 9,
      bufferKeep: 'last',
      perCall: 5,
      maxDemand: 2,
      isBroadcast: false,
    });
    const forward = contentsOf(run);
    const all = run.entries.map((_, n) => forward.at(n, 100));
    for (let n = run.entries.length - 1; n >= 0; n -= 1) expect(forward.at(n, 100)).toEqual(all[n]);
    const [source] = run.plan.stages;
    if (!source) throw new Error('there is a source');
    const late = new BufferContents(source);
    late.update(run.entries.filter((_, i) => i !== 100));
    late.at(150, 100);
    late.update(run.entries);
    expect(late.at(150, 100)).toEqual(all[150]);
  });

  it('does not guess what a dispatcher of the program left over', () => {
    const entries = entriesOf(
      ['own', { type: 'start', kind: 'producer', state: 0 }],
      ['own', { type: 'end', callback: 'handleDemand', count: 2, emitted: ['a', 'b'], state: 0 }],
      ['own', { type: 'buffer', added: 1, size: 1, limit: 10 }, 2],
    );
    for (const [dispatcher, expected] of [
      ['demand', ['b']],
      ['mine', [undefined]],
    ] as const) {
      const contents = new BufferContents({ id: 'own', dispatcher });
      contents.update(entries);
      expect(contents.at(3, 10)).toEqual(expected);
    }
  });

  it('gives the first ones only, where there are more', () => {
    const contents = new BufferContents({ id: 'own', dispatcher: 'demand' });
    const emitted = Array.from({ length: 40 }, (_, i) => i);
    contents.update(
      entriesOf(
        ['own', { type: 'end', callback: 'handleDemand', count: 40, emitted, state: 0 }],
        ['own', { type: 'buffer', added: 40, size: 40, limit: null }, 1],
      ),
    );
    expect(contents.at(2, 3)).toEqual([0, 1, 2]);
  });
});
