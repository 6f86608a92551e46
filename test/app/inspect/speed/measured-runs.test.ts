import { describe, expect, it } from 'vitest';
import { MeasuredRuns } from '$lib/inspect/speed/measured-runs.svelte.ts';
import type { RunDot } from '$lib/inspect/speed/run-dot.ts';
import { MAX_DOTS, MAX_DOT_TEXT, parseRecord, type RecordOf } from '$lib/storage/schemas.ts';

function dot(number: number, text = 'export default 1;'): RunDot {
  return {
    id: String(number),
    atMs: number,
    perSecond: 100,
    p95Ms: 20,
    events: 50,
    demand: '10/5',
    demands: 'save 10/5',
    workers: 2,
    settings: { workers: 'auto', placement: 'spread' },
    seed: 7,
    text,
  };
}

/** What is kept, as it comes back from a disk. */
function diskWith(kept: Record<string, RecordOf<'speed'>> = {}) {
  return {
    kept,
    get: (_kind: 'speed', id: string) => Promise.resolve(kept[id] ?? null),
    put: (_kind: 'speed', id: string, value: RecordOf<'speed'>) => {
      const parsed = parseRecord('speed', JSON.parse(JSON.stringify(value)));
      if (!parsed.ok) throw new Error(parsed.why);
      kept[id] = parsed.value;
      return Promise.resolve();
    },
  };
}

describe('MeasuredRuns', () => {
  it('keeps the runs and the target of each step', async () => {
    const disk = diskWith();
    const runs = new MeasuredRuns(() => disk);
    await runs.open('lesson/1');
    runs.add(dot(1));
    runs.aim({ perSecond: 50, withinMs: 30 });
    await runs.open('lesson/2');
    expect([runs.dots, runs.target, runs.latest]).toEqual([[], null, null]);
    const later = new MeasuredRuns(() => disk);
    await later.open('lesson/1');
    expect(later.dots).toEqual([dot(1)]);
    expect(later.target).toEqual({ perSecond: 50, withinMs: 30 });
    expect(later.latest).toBeNull();
  });

  it('lets the oldest go, and leaves out a program that is too long', async () => {
    const disk = diskWith();
    const runs = new MeasuredRuns(() => disk);
    await runs.open('lesson/1');
    for (let i = 0; i < MAX_DOTS + 3; i += 1) runs.add(dot(i));
    expect(runs.dots.map(({ id }) => id)).toEqual(Array.from({ length: MAX_DOTS }, (_, i) => String(i + 3)));
    runs.add(dot(99, 'x'.repeat(MAX_DOT_TEXT + 1)));
    expect(disk.kept['lesson/1']?.dots.at(-1)?.text).toBeUndefined();
    expect(runs.latest).toBe('99');
  });

  it('takes away one, and brings back what was taken away', async () => {
    const runs = new MeasuredRuns(() => diskWith());
    await runs.open('lesson/1');
    for (const number of [1, 2, 3]) runs.add(dot(number));
    const before = runs.dots;
    runs.remove('2');
    expect(runs.dots.map(({ id }) => id)).toEqual(['1', '3']);
    runs.replace(before);
    expect(runs.dots).toHaveLength(3);
  });

  it('keeps a run that was measured while earlier ones were read', async () => {
    const disk = diskWith({ 'lesson/1': { dots: [dot(1)] } });
    const runs = new MeasuredRuns(() => disk);
    const opened = runs.open('lesson/1');
    runs.add(dot(2));
    await opened;
    expect(runs.dots.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('is put aside where it cannot be read', () => {
    const damaged = [
      { dots: [{ ...dot(1), perSecond: -1 }] },
      { dots: [{ ...dot(1), settings: { workers: 99, placement: 'spread' } }] },
      { dots: Array.from({ length: MAX_DOTS + 1 }, (_, i) => dot(i)) },
      { dots: [], target: { perSecond: 'fast', withinMs: 1 } },
    ];
    for (const raw of damaged) expect(parseRecord('speed', raw).ok).toBe(false);
  });
});
