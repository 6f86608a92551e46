import { describe, expect, it } from 'vitest';
import { Replay, type PlanView, type TraceEntry } from 'sluice';
import { isAsk } from '$lib/view/timeline-marks.ts';
import { Playhead } from '$lib/vis/playhead.svelte.ts';
import { firstRun } from '../view/first-run.ts';

const recorded = await firstRun({ entryBudget: 600 });

/** A run whose entries grow, as a live one's do. */
function grown(n: number) {
  const run: { plan: PlanView; entries: readonly TraceEntry[] } = {
    plan: recorded.plan,
    entries: recorded.entries.slice(0, n),
  };
  return { run, playhead: new Playhead(() => run, { reducedMotion: () => true }) };
}

describe('Playhead', () => {
  it('follows the newest entry until it is moved', () => {
    const { run, playhead } = grown(10);
    expect(playhead.at).toBe(10);
    run.entries = recorded.entries.slice(0, 30);
    expect(playhead.at).toBe(30);
    playhead.seek(12);
    run.entries = recorded.entries.slice(0, 50);
    expect(playhead.at).toBe(12);
    expect(playhead.following).toBe(false);
    playhead.follow();
    expect(playhead.at).toBe(50);
  });

  it('shows the same state at a position, forward or back', () => {
    const { playhead } = grown(600);
    const truth = new Replay(recorded.plan, recorded.entries);
    for (const n of [0, 300, 299, 600, 257, 256, 255, 1, 599]) {
      playhead.seek(n);
      expect(playhead.state, `after ${n}`).toEqual(truth.at(n));
      expect(playhead.entry).toBe(recorded.entries[n - 1] ?? null);
    }
  });

  it('stays within the run', () => {
    const { run, playhead } = grown(20);
    playhead.seek(1e9);
    expect(playhead.at).toBe(20);
    playhead.stepBy(-100);
    expect(playhead.at).toBe(0);
    playhead.seek(20);
    run.entries = recorded.entries.slice(0, 5);
    expect(playhead.at).toBe(5);
  });

  it('shows the moment of an entry', () => {
    const { playhead } = grown(600);
    const [, second] = recorded.entries.filter(isAsk);
    playhead.showMoment(second?.seq ?? 0);
    expect(playhead.entry).toBe(second);
  });

  it('keeps the moment that was asked for while one looks around, until it follows the run again', () => {
    const { playhead } = grown(600);
    expect(playhead.moment).toBeNull();
    playhead.showMoment(recorded.entries[20]?.seq ?? 0);
    playhead.seek(3);
    expect(playhead.moment).toBe(21);
    playhead.follow();
    expect(playhead.moment).toBeNull();
  });

  it('steps from ask to ask in both directions', () => {
    const { playhead } = grown(600);
    playhead.seek(0);
    const asks = recorded.entries.filter(isAsk);
    for (const ask of asks.slice(0, 4)) {
      playhead.stepTo(1, isAsk);
      expect(playhead.entry).toBe(ask);
    }
    playhead.stepTo(-1, isAsk);
    expect(playhead.entry).toBe(asks[2]);
  });

  it('stays where it is when there is nothing to step to', () => {
    const { playhead } = grown(600);
    playhead.seek(7);
    playhead.stepTo(1, (entry) => entry.type === 'crash');
    expect(playhead.at).toBe(7);
  });

  it('has no state before there is a plan', () => {
    expect(new Playhead(() => ({ plan: null, entries: [] })).state).toBeNull();
  });
});
