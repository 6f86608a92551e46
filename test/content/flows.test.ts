import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { planOf, runVirtual, type Print, type TraceEntry, type TraceValue } from 'sluice';
import { chapters, earthquakes, flights } from 'sluice/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodePlatform, startOnThreads } from '../support/node-runner.ts';
// Computed once from the same files by an independent program (Python, its standard library and nothing else).
// Each answer states its task in full.
import answers from './flows/answers.json' with { type: 'json' };

const PRINTS = 'print ';
/** Two interleavings of all that may happen, beside the canonical one. */
const SEEDS = [1, 2];
const MAX_TURNS = 5_000_000;
const LONG = 120_000;

/** What each flow of a program has printed: events by the flow's name. */
type Results = ReadonlyMap<string, readonly TraceValue[]>;

function resultsIn(entries: readonly TraceEntry[]): Results {
  const results = new Map<string, TraceValue[]>();
  for (const entry of entries) {
    if (entry.type === 'crash') throw new Error(`${entry.stage} crashed: ${entry.error.message}`);
    if (entry.type !== 'log') continue;
    const name = entry.stage.replace(PRINTS, '');
    results.set(name, [...(results.get(name) ?? []), ...entry.values]);
  }
  return results;
}

/** Where partitions come together no order is promised: one is given. */
function inOrder(results: Results) {
  const text = ([name, events]: readonly [string, readonly TraceValue[]]) =>
    [name, events.map((event) => JSON.stringify(event)).sort()] as const;
  return new Map([...results].map(text).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function inVirtualTime(name: string, seed: number): Promise<Results> {
  const program: unknown = await import(`./flows/${name}.ts`);
  const { log } = console;
  const onPrint = (print: Print | null): void => {
    console.log = print ? (...values: unknown[]) => print('log', values, () => undefined) : log;
  };
  const run = await runVirtual(planOf(program), { seed, trace: 'counters', maxTurns: MAX_TURNS, onPrint });
  expect(run.ended).toBe('idle');
  return resultsIn(run.entries);
}

/** What the flows of a program come to on threads. `late`: events that its windows left out, by the engine's own count. */
async function onThreads(name: string, data: Readonly<Record<string, readonly unknown[]>>) {
  const source = readFileSync(resolve(import.meta.dirname, `flows/${name}.ts`), 'utf8');
  const rows = Object.entries(data).map(([set, all]) => [set, JSON.stringify(all)] as const);
  const platform = await nodePlatform(source, Object.fromEntries(rows));
  const run = startOnThreads(platform, { workers: 2, trace: 'counters' });
  expect(await run.done).toEqual({ type: 'idle' });
  expect(run.now.dropped).toBe(0);
  const late = new Map(run.now.stages.map(({ stage, windows }) => [stage, windows?.late ?? 0]));
  return { results: resultsIn(run.now.entries), late };
}

function only(results: Results, name: string): TraceValue | undefined {
  const events = results.get(name) ?? [];
  expect(events, name).toHaveLength(1);
  return events[0];
}

/** Pairs `[key, count]` as an object, as the answers have them. */
function asObject(pairs: readonly TraceValue[] = []): Readonly<Record<string, TraceValue>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key, count] = listOf(pair);
      return [String(key), count ?? null];
    }),
  );
}

function listOf(value: TraceValue | undefined): readonly TraceValue[] {
  expect.assert(Array.isArray(value));
  return value;
}

/** Runs a program of flows everywhere; `results` are those of the canonical schedule. */
function everywhere(name: string, data: Readonly<Record<string, readonly unknown[]>>) {
  let results: Results = new Map();
  let threads: Awaited<ReturnType<typeof onThreads>> | null = null;

  beforeAll(async () => {
    results = await inVirtualTime(name, 0);
    threads = await onThreads(name, data);
  }, LONG);

  it('comes to the same on threads, and however its stages take turns', { timeout: LONG }, async () => {
    const expected = inOrder(results);
    expect(inOrder(threads?.results ?? new Map())).toEqual(expected);
    for (const seed of SEEDS)
      expect(inOrder(await inVirtualTime(name, seed)), `seed ${seed}`).toEqual(expected);
  });

  return {
    only: (flow: string) => only(results, flow),
    all: (flow: string) => results.get(flow) ?? [],
    late: (stage: string) => threads?.late.get(stage),
  };
}

describe('flows over Moby-Dick', () => {
  const { only, all } = everywhere('moby-dick', { chapters });

  it.each([1, 2, 4])('count the words, in %i partitions', (partitions) => {
    const { chars, words, distinct, top20 } = answers['moby.word-count'];
    expect(only('characters')).toBe(chars);
    expect(only(`vocabulary of ${partitions}`)).toEqual({ words, distinct });
    expect(only(`most frequent of ${partitions}`)).toEqual(top20);
  });

  it('count the words of each length', () => {
    expect(asObject(all('words of length'))).toEqual(answers['moby.length-histogram'].result);
  });

  it('find the first distinct words, in their order', () => {
    expect(all('first words')).toEqual(answers['moby.uniq-first-30'].result);
  });

  it('count the whales of each chapter', () => {
    expect(only('whales by chapter')).toEqual(answers['moby.whale-by-chapter'].result);
  });
});

describe('flows over flights', () => {
  const { only, all, late: lateAt } = everywhere('flights', { flights });

  it('count by origin', () => {
    const { origins, result } = answers['flights.by-origin'];
    const busiest = listOf(only('busiest')).map((event) => {
      const [origin, sum] = listOf(event);
      return [origin, typeof sum === 'object' && sum !== null && 'flights' in sum ? sum['flights'] : null];
    });
    expect(busiest).toEqual(result);
    expect(only('how many origins')).toBe(origins);
  });

  it('average the delay by origin', () => {
    expect(only('most delayed')).toEqual(answers['flights.mean-delay'].result);
  });

  it('count by day of departure, over four partitions', () => {
    const { windows, first10, max } = answers['flights.per-day'];
    const days = all('per day').map(listOf);
    expect(days).toHaveLength(windows);
    expect(days.slice(0, 10)).toEqual(first10);
    expect(days).toContainEqual(max);
    expect(Math.max(...days.map(([, count]) => Number(count)))).toBe(max[1]);
  });

  it.each(Object.entries(answers['flights.late'].result))('leave out what is late: %s', (allowed, late) => {
    const [, length, minutes] = /^window (1 h|1 day), (\d+) min allowed$/.exec(allowed) ?? [];
    const name = `in time: ${length}, ${minutes} min`;
    expect(only(name)).toBe(flights.length - late);
    expect(lateAt(`${name}/reduce`)).toBe(late);
  });

  it('find the sessions of each origin', () => {
    const { sessions, largest } = answers['flights.sessions'];
    expect(only('sessions')).toEqual({ sessions, largest });
  });

  it('add up the distances of 300 flights at a time', () => {
    const { windows, first, last } = answers['flights.count-window-300'];
    const sums = all('distances');
    expect([sums.length, sums[0], sums.at(-1)]).toEqual([windows, first, last]);
  });

  it('count by sliding week', () => {
    const { first3, last3, max } = answers['flights.sliding-7d'];
    const weeks = all('week by week').map(listOf);
    expect(weeks.slice(0, 3)).toEqual(first3);
    const inside = weeks.filter(([start]) => Number(start) <= (last3.at(-1)?.[0] ?? 0));
    expect(inside.slice(-3)).toEqual(last3);
    expect(Math.max(...inside.map(([, count]) => Number(count)))).toBe(max);
  });
});

describe('flows over earthquakes', () => {
  const { only, all } = everywhere('earthquakes', { earthquakes });

  it('count by hour, with the greatest magnitude', () => {
    const { events, windows, first5 } = answers['quakes.per-hour'];
    const hours = all('per hour').map(listOf);
    expect(hours).toHaveLength(windows);
    expect(hours.slice(0, 5)).toEqual(first5);
    expect(hours.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(events);
  });

  it('find the strongest', () => {
    expect(only('strongest')).toEqual(answers['quakes.per-hour'].greatest);
  });

  it('count by magnitude', () => {
    expect(asObject(all('by magnitude'))).toEqual(answers['quakes.by-magnitude'].result);
  });
});
