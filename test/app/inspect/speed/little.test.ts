import { describe, expect, it } from 'vitest';
import {
  consumer,
  pipeline,
  producer,
  producerConsumer,
  runVirtual,
  sleep,
  type Plan,
  type TraceEntry,
} from 'sluice';
import { apartWords, LITTLE_TOLERANCE, littleOf } from '$lib/inspect/speed/little.ts';
import { firstRun } from '../../view/first-run.ts';

const EVENTS = 50;

/** Numbers into `save`, which takes 10 ms for each and has `maxDemand` of them at once; perhaps through `parse`. */
function program(maxDemand: number, parseMs?: number): Plan {
  const source = producer({
    init: () => 0,
    handleDemand: (demand, next: number) => {
      const count = Math.max(0, Math.min(demand, EVENTS - next));
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
  const save = consumer({
    handleEvents: async (events: number[]) => {
      await sleep(10 * events.length);
    },
  });
  const parse = producerConsumer({
    handleEvents: async (events: number[]) => {
      await sleep((parseMs ?? 0) * events.length);
      return { events };
    },
  });
  return pipeline(({ start, subscribe }) => {
    const made = start('source', source);
    const options = { maxDemand, minDemand: maxDemand - 1 };
    const saved = start('save', save);
    if (parseMs === undefined) return subscribe(saved, { to: made, ...options });
    const parsed = start('parse', parse);
    subscribe(parsed, { to: made, ...options });
    subscribe(saved, { to: parsed, ...options });
  });
}

async function entriesOf(plan: Plan): Promise<readonly TraceEntry[]> {
  return (await runVirtual(plan, { seed: 0 })).entries;
}

/** Events inside over time, slowly: a sum over every ms. */
function insideByMs(entries: readonly TraceEntry[]): number {
  const endMs = entries.at(-1)?.atMs ?? 0;
  let sum = 0;
  for (let ms = 0; ms < endMs; ms += 1) {
    const before = entries.filter(({ atMs }) => atMs <= ms);
    const sent = before.reduce((n, entry) => n + (entry.type === 'dispatch' ? entry.count : 0), 0);
    const ended = new Set(before.flatMap((entry) => (entry.type === 'end' ? [entry.cause] : [])));
    const handled = before.reduce(
      (n, entry) => n + (entry.type === 'begin' && ended.has(entry.seq) ? (entry.count ?? 0) : 0),
      0,
    );
    sum += sent - handled;
  }
  return sum / endMs;
}

describe('littleOf()', () => {
  it('is exact where every event takes a known time', async () => {
    // One at a time: each is handled 10 ms after it was sent, and there is always one.
    const one = littleOf(await entriesOf(program(1)));
    expect(one?.all).toMatchObject({ inside: 1, perSecond: 100, meanMs: 10, product: 1, difference: 0 });
    expect(one?.left).toBe(0);
  });

  it('counts those that wait, too', async () => {
    // Five are inside but at the end: each but the first ones takes 50 ms, the last ones leave no others behind.
    const five = littleOf(await entriesOf(program(5)));
    expect(five?.all.perSecond).toBeCloseTo(100, 9);
    const meanMs = (10 + 20 + 30 + 40 + (EVENTS - 4) * 50) / EVENTS;
    expect(five?.all.meanMs).toBeCloseTo(meanMs, 9);
    expect(five?.all.inside).toBeCloseTo(meanMs / 10, 9);
    expect(five?.all.difference).toBeCloseTo(0, 12);
  });

  it('agrees with a count at every millisecond, over several stages', async () => {
    const entries = await entriesOf(program(4, 6));
    const little = littleOf(entries);
    expect(little?.all.inside).toBeCloseTo(insideByMs(entries), 9);
    expect(little?.all.difference).toBeLessThan(1e-9);
    expect(little?.stages.map(({ stage }) => stage).sort()).toEqual(['parse', 'save']);
    const sum = little?.stages.reduce((all, { inside }) => all + inside, 0);
    expect(sum).toBeCloseTo(little?.all.inside ?? NaN, 9);
  });

  it('differs by those that are still inside when a run is cut off, and says how many', async () => {
    const entries = await entriesOf(program(20));
    const cut = entries.slice(0, Math.floor(entries.length / 3));
    const little = littleOf(cut);
    expect(little?.left).toBeGreaterThan(0);
    expect(little?.all.product).toBeLessThan(little?.all.inside ?? 0);
    expect(little?.all.difference).toBeGreaterThan(LITTLE_TOLERANCE);
  });

  it('counts by one clock what two workers did, however far their clocks are apart', async () => {
    const entries = await entriesOf(program(4));
    const one = littleOf(entries);
    // The clock of the second worker is behind; entries stand in the order of causes, as ever.
    const two = littleOf(
      entries.map((entry) =>
        entry.stage === 'save' ? { ...entry, worker: 1, atMs: entry.atMs - 35 } : entry,
      ),
    );
    expect(two?.all.inside).toBeCloseTo(one?.all.inside ?? NaN, 9);
    expect(two?.all.meanMs).toBeCloseTo(one?.all.meanMs ?? NaN, 9);
    expect(two?.all.difference).toBeCloseTo(0, 12);
  });

  it('says nothing where no time passed or nothing was handled', async () => {
    expect(littleOf((await firstRun()).entries)).toBeNull();
    expect(littleOf([])).toBeNull();
  });
});

describe('apartWords()', () => {
  it('says what never came out', () => {
    expect(apartWords({ left: 1, lost: 0 })).toBe('1 event was still inside when the run ended');
    expect(apartWords({ left: 2, lost: 1 })).toBe(
      '2 events were still inside when the run ended, and 1 event was lost on the way',
    );
    expect(apartWords({ left: 0, lost: 0 })).toBe('');
  });
});
