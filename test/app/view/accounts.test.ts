import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay, type PipelineState, type PlanView, type TraceEntry } from 'sluice';
import { RunAccounts } from '$lib/view/accounts/run-accounts.ts';
import { rowState, type RowFate } from '$lib/view/accounts/row-fate.ts';
import { meddlings, runMeddled } from '../../laws/meddled-run.ts';
import { planFor, shapes } from '../../laws/random-pipelines.ts';

/** All that the accounts know at a moment, event by event. */
function counted(accounts: RunAccounts, at: number) {
  const links: Record<string, Record<string, number>> = {};
  const makers: Record<string, Partial<Record<RowFate, number>>> = {};
  for (const maker of accounts.makers) {
    const fates: Partial<Record<RowFate, number>> = {};
    makers[maker.stage.id] = fates;
    for (let row = 0; row < maker.emitted.at(at); row += 1) {
      const state = rowState(accounts, maker, row, at);
      if (!state) throw new Error(`row ${row} of ${maker.stage.id} has been emitted`);
      fates[state.fate] = (fates[state.fate] ?? 0) + 1;
      for (const { link, index } of state.sent) {
        const own = (links[link.id] ??= {});
        const status = link.statusOf(index, at) ?? 'unknown';
        own['sent in all'] = (own['sent in all'] ?? 0) + 1;
        own[status] = (own[status] ?? 0) + 1;
        expect(link.chunkAt(index)?.values[index - (link.chunkAt(index)?.first ?? 0)]).toEqual(state.value);
      }
      for (const id of state.refusedBy) (links[id] ??= {})['refused'] = (links[id]?.['refused'] ?? 0) + 1;
    }
  }
  return { links, makers };
}

/** The next moment at which no stage is in the middle of sharing out its events. */
function quietFrom(entries: readonly TraceEntry[], n: number): number {
  const next = entries.findIndex(({ type }, i) => i >= n && type === 'begin');
  return next < 0 ? entries.length : next;
}

function expectCounts(plan: PlanView, entries: readonly TraceEntry[], accounts: RunAccounts, at: number) {
  const state: PipelineState = replay(plan, entries, at);
  const { links, makers } = counted(accounts, at);
  for (const [id, link] of Object.entries(state.subscriptions)) {
    const own = links[id] ?? {};
    expect(own['sent in all'] ?? 0, `sent on ${id} at ${at}`).toBe(link.dispatched);
    expect(own['handled'] ?? 0, `handled on ${id} at ${at}`).toBe(link.handled);
    expect(own['lost'] ?? 0, `lost on ${id} at ${at}`).toBe(link.lost);
    expect(own['refused'] ?? 0, `refused on ${id} at ${at}`).toBe(link.dropped);
  }
  for (const [id, fates] of Object.entries(makers)) {
    const stage = state.stages[id];
    if (!stage || stage.status === 'exited' || stage.status === 'crashed') continue;
    const queued = Object.values(stage.queues).reduce((sum, size) => sum + size, 0);
    expect(fates.buffered ?? 0, `buffered at ${id} at ${at}`).toBe(stage.buffered);
    expect(fates.queued ?? 0, `queued at ${id} at ${at}`).toBe(queued);
  }
  return { state, makers };
}

describe('RunAccounts on random runs with every dispatcher', () => {
  it('knows of each event where it is: the totals are those of the counters, at every moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.integer(),
        meddlings(['push', 'cancel', 'kill', 'stop', 'fail', 'hold', 'release'], 4),
        async (shape, seed, meddling) => {
          const { plan, entries } = await runMeddled(planFor(shape), seed, meddling);
          const accounts = new RunAccounts(plan);
          accounts.update(entries);
          const { state, makers } = expectCounts(plan, entries, accounts, entries.length);
          for (const [id, fates] of Object.entries(makers)) {
            expect(fates.discarded ?? 0, `discarded by ${id}`).toBe(state.stages[id]?.discarded);
            expect(fates.unclear ?? 0, `unclear at ${id}`).toBe(0);
          }
          for (const part of [0.25, 0.6]) {
            const n = quietFrom(entries, Math.floor(entries.length * part));
            expectCounts(plan, entries, accounts, n);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  it('costs only what is new: a trace that grows, with late entries sorted in, gives the same', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer(), fc.array(fc.nat({ max: 30 })), async (shape, seed, steps) => {
        const { plan, entries } = await runMeddled(planFor(shape), seed, []);
        const grown = new RunAccounts(plan);
        let n = 0;
        for (const step of steps) {
          n = Math.min(n + step, entries.length);
          // What another worker has not told yet is missing near the end.
          const isLate = (i: number) => i >= n - 8 && i % 3 === 0;
          grown.update(entries.slice(0, n).filter((_, i) => !isLate(i)));
          grown.update(entries.slice(0, n));
        }
        grown.update(entries);
        const whole = new RunAccounts(plan);
        whole.update(entries);
        expect(counted(grown, entries.length)).toEqual(counted(whole, entries.length));
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
