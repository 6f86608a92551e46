import { beforeEach, describe, expect, it, vi } from 'vitest';
import { consumer, pipeline, planOf, producer, runVirtual, type VirtualRun } from 'sluice';
import { RunShelf, type KeptRun } from '$lib/inspect/compare/run-shelf.svelte.ts';
import { SeenRun } from '$lib/inspect/compare/seen-run.svelte.ts';
import { Focus } from '$lib/inspect/focus.svelte.ts';
import type { RunView } from '$lib/sandbox/run-view.ts';
import { Playhead } from '$lib/vis/playhead.svelte.ts';

function counting(maxDemand: number): Promise<VirtualRun> {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const size = Math.min(demand, 40 - next);
      return { events: Array.from({ length: size }, (_, i) => next + i), state: next + size };
    },
  });
  const sink = consumer({ handleEvents: () => undefined });
  const program = pipeline(({ start, subscribe }) => {
    const from = start('source', source);
    subscribe(start('sink', sink), { to: from, maxDemand });
  });
  return runVirtual(planOf(program), { seed: 0 });
}

function viewOf({ plan, entries }: VirtualRun): RunView {
  return {
    status: 'finished',
    plan,
    placement: {},
    workers: 1,
    entries,
    dropped: 0,
    stages: [],
    subscriptions: [],
    console: [],
    consoleDropped: 0,
    problems: [],
    elapsedMs: 0,
  };
}

describe('SeenRun', () => {
  let run: RunView;
  let playhead: Playhead;
  let focus: Focus;
  let kept: KeptRun;
  let seen: SeenRun;

  beforeEach(async () => {
    run = viewOf(await counting(10));
    playhead = new Playhead(() => run);
    focus = new Focus();
    const other = new RunShelf().keep(viewOf(await counting(4)), 'Other');
    if (!other) throw new Error('nothing was kept');
    kept = other;
    seen = new SeenRun(
      () => ({ run, playhead, focus }),
      () => true,
    );
    seen.enter(run.plan);
  });

  /** Also where it takes more than one slice to read it. */
  async function show(moments?: Parameters<SeenRun['show']>[1]): Promise<void> {
    seen.show(kept, moments);
    await vi.waitFor(() => expect(seen.other?.kept).toBe(kept));
  }

  it('shows the other run where it ends, and this one where it stood', async () => {
    playhead.seek(run.entries.length);
    await show();
    expect([seen.isOther, seen.other?.playhead.at]).toEqual([true, kept.entries.length]);
    seen.see('own');
    expect([seen.isOther, playhead.at]).toEqual([false, run.entries.length]);
  });

  it('takes this run along to where somebody has moved the other one', async () => {
    playhead.seek(20);
    await show();
    const before = seen.other?.playhead.at ?? 0;
    seen.see('own');
    expect(playhead.at).toBe(20);
    seen.see('other');
    expect(seen.other?.playhead.at).toBe(before);
    seen.other?.playhead.seek(0);
    seen.see('own');
    expect(playhead.at).toBe(0);
  });

  it('goes from a difference in the one to the same in the other, and back', async () => {
    playhead.seek(30);
    await show({ alike: [{ here: 30, there: 12 }] });
    expect(seen.other?.playhead.at).toBe(12);
    await show({ at: 9, alike: [{ here: 30, there: 9 }] });
    expect(seen.other?.playhead.at).toBe(9);
    seen.see('own');
    expect(playhead.at).toBe(30);
    seen.see('other');
    expect(seen.other?.playhead.at).toBe(9);
  });

  it('looks at the same stage in both, and leaves what is looked at in this run alone', async () => {
    const sink = { type: 'stage', id: 'sink' } as const;
    focus.subject = sink;
    await show();
    expect(seen.other?.focus.subject).toEqual(sink);
    seen.other?.focus.toggle(sink);
    seen.see('own');
    expect(focus.subject).toEqual(sink);
  });

  it('shows this run again when another one is begun, and not when it is told of the same', async () => {
    await show();
    seen.enter(run.plan);
    expect(seen.isOther).toBe(true);
    seen.enter(null);
    expect([seen.isOther, seen.other]).toEqual([false, null]);
  });
});
