import { describe, expect, it } from 'vitest';
import { Replay } from 'sluice';
import { askTrigger } from '$lib/view/ask-trigger.ts';
import { edgeStates } from '$lib/view/edge-state.ts';
import { pipelineView } from '$lib/view/pipeline-view.ts';
import { firstRun } from './first-run.ts';

const run = await firstRun({ entryBudget: 900 });
const asks = run.entries.flatMap((entry) => (entry.type === 'ask' ? [entry] : []));

describe('askTrigger()', () => {
  it('says of the first ask that the stage had subscribed', () => {
    const first = asks.find(({ subscription }) => subscription === 'evens←numbers');
    expect(first && askTrigger(run.entries, first)).toBe('It had just subscribed.');
  });

  it('names the events whose handling made every later ask due', () => {
    const later = asks.filter((ask) => run.entries[ask.seq - 1] === ask && ask.pending > 0).slice(4);
    expect(later.length).toBeGreaterThan(10);
    for (const ask of later) {
      const before = run.entries.slice(0, run.entries.indexOf(ask));
      const handled = before.findLast(
        (entry) => entry.type === 'begin' && entry.stage === ask.stage && entry.callback === 'handleEvents',
      );
      const [last] = handled?.type === 'begin' ? (handled.events ?? []) : [];
      expect(askTrigger(run.entries, ask)).toMatch(
        new RegExp(`^It had just handled .*\\b${String(last)}\\b`),
      );
    }
  });

  it('says nothing where the trace does not tell', () => {
    const [ask] = asks;
    expect(ask && askTrigger(run.entries, { ...ask, cause: null })).toBeNull();
    expect(ask && askTrigger(run.entries, { ...ask, cause: 1_000_000 })).toBeNull();
  });
});

describe('the gauge of a subscription', () => {
  it('shows what was asked for less what was handled, at every entry', () => {
    const replay = new Replay(run.plan, run.entries);
    const asked = new Map<string, number>();
    const handled = new Map<string, number>();
    const working = new Map<string, { readonly subscription: string; readonly count: number }>();
    for (const [i, entry] of run.entries.entries()) {
      if (entry.type === 'ask')
        asked.set(entry.subscription, (asked.get(entry.subscription) ?? 0) + entry.count);
      if (entry.type === 'begin' && entry.callback === 'handleEvents')
        working.set(entry.stage, { subscription: entry.subscription ?? '', count: entry.count ?? 0 });
      const done = working.get(entry.stage);
      if (entry.type === 'end' && entry.callback === 'handleEvents' && done)
        handled.set(done.subscription, (handled.get(done.subscription) ?? 0) + done.count);
      const state = replay.at(i + 1);
      const { edges } = pipelineView(run.plan, state, { placement: {} });
      for (const { id, demand } of edges) {
        expect(demand.pending).toBe((asked.get(id) ?? 0) - (handled.get(id) ?? 0));
        expect(edgeStates(state).get(id)?.asked ?? 0).toBe(asked.get(id) ?? 0);
      }
    }
  });
});
