import { consumer, pipeline, producer, startRun, type RunUpdate } from 'sluice';
import { describe, expect, it } from 'vitest';
import { ASIDE_LIMIT_MS, asideRun, type RerunOptions } from '$lib/sandbox/aside-run.ts';
import { SourcePlaces } from '$lib/sandbox/error-mapping.ts';
import { LiveView } from '$lib/sandbox/live-view.ts';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { inMemoryPlatform, passTime } from '../../engine/runtime/in-memory-platform.ts';

const NO_MAP = JSON.stringify({ version: 3, sources: [], names: [], mappings: '' });

/** Numbers, up to `last`. */
function numbers(last: number) {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const count = Math.max(0, Math.min(demand, last - next));
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
  return pipeline(({ start, subscribe }) => {
    const sink = start('sink', consumer({ handleEvents: (events: number[]) => void events.length }));
    subscribe(sink, { to: start('source', source), maxDemand: 10 });
  });
}

async function rerun(last: number, options: RerunOptions = {}, held = false) {
  const scheduler = new VirtualScheduler();
  const handle = startRun(inMemoryPlatform({ scheduler, plan: () => numbers(last) }), {
    workers: 2,
    seed: 1,
    speed: held ? { kind: 'step' } : { kind: 'full' },
    trace: 'full',
    entryBudget: 1_000,
    scheduler,
  });
  const live = new LiveView({ sources: {}, entry: 'start.ts', places: new SourcePlaces(NO_MAP) });
  const view = () => live.view(handle.now, { warnings: [], malformed: 0, isSilent: false });
  const run = asideRun(handle, { ...options, scheduler, view });
  const result = await passTime(scheduler, run);
  const now: RunUpdate = handle.now;
  return { result, now, endMs: scheduler.nowMs() };
}

describe('asideRun()', () => {
  it('resolves to the end of the run', async () => {
    const { result } = await rerun(50);
    expect(result.status).toBe('finished');
    expect(result.stages.find(({ stage }) => stage === 'sink')?.handled).toBe(50);
  });

  it('ends a run that has spent its entries, and says so', async () => {
    const { result, now } = await rerun(Infinity);
    expect(result.status).toBe('spent');
    expect(now.end).toEqual({ type: 'stopped' });
    expect(result.entries.length).toBeGreaterThanOrEqual(1_000);
  });

  it('ends a run that takes too long', async () => {
    const { result, endMs } = await rerun(50, {}, true);
    expect(result.status).toBe('stopped');
    expect(endMs).toBeGreaterThanOrEqual(ASIDE_LIMIT_MS);
  });

  it('ends a run whose signal was aborted, before it began or while it goes on', async () => {
    const before = AbortSignal.abort();
    expect((await rerun(50, { signal: before })).result.status).toBe('stopped');
    const during = new AbortController();
    const { result } = await rerun(Infinity, { signal: during.signal, onView: () => during.abort() });
    expect(result.status).toBe('stopped');
    expect(result.entries.length).toBeLessThan(1_000);
  });

  it('tells who waits where it stands', async () => {
    const seen: string[] = [];
    await rerun(50, { onView: ({ status }) => void seen.push(status) });
    expect(seen.length).toBeGreaterThan(0);
  });
});
