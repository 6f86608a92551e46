import type { Seq, TraceValue } from 'sluice';
import { ascending, group, max, quantileSorted, sum } from 'd3-array';
import { isList } from '../../view/value-label.ts';
import type { Handled, SkewFacts } from './skew-log.ts';
import { plainTotals, type SkewSettings } from './skew-programs.ts';

/** What one lane, or one worker before the lanes, did in a run. */
export interface LaneRun {
  /** Its stage: `lane 0`. */
  readonly stage: string;
  /** Events it got: orders, or sums of orders. */
  readonly got: number;
  /** Of all events that the lanes of its row got, 0 to 1. */
  readonly share: number;
  /** Its events by city, in the order of the cities. */
  readonly cities: readonly { readonly city: string; readonly count: number }[];
  /** Of the run it had nothing in hand, 0 to 1. */
  readonly idle: number;
  /** From the moment an order came in until it was counted, of the slowest hundredth of those that went through here, ms. */
  readonly p99Ms: number | null;
  /** Orders that waited for it, whenever that changed. */
  readonly waiting: readonly { readonly atMs: number; readonly count: number }[];
  readonly mostWaiting: number;
}

/** An order that was counted after a later one of its city. */
export interface Overtaken {
  readonly city: string;
  readonly n: number;
  /** The later one that was counted before it. */
  readonly later: number;
  /** The entry with which it was counted. */
  readonly seq: Seq;
}

/** The total of one city: what a plain loop says, and what the run says. */
export interface CityTotal {
  readonly city: string;
  readonly expected: number;
  /** `null` where the run has told none. */
  readonly told: number | null;
  /** What each lane has counted of it; several where its orders went to several lanes. */
  readonly parts: readonly { readonly lane: string; readonly count: number }[];
}

/** All that the lab shows of one run. */
export interface SkewRun {
  /** Orders that came in, and that were counted. */
  readonly made: number;
  readonly counted: number;
  /** Events that carried the counted orders to their lanes: fewer where orders are added up before. */
  readonly carried: number;
  /** When the last order was counted, ms. */
  readonly endMs: number;
  /** Those that do the work: the workers of two stages, else the lanes. */
  readonly lanes: readonly LaneRun[];
  /** The lanes behind workers, which only count; empty where the lanes do the work. */
  readonly counters: readonly LaneRun[];
  /** The largest share among those that do the work. */
  readonly hottest: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly overtaken: readonly Overtaken[];
  readonly totals: readonly CityTotal[];
}

/** An order from its arrival until it was counted. */
interface Life {
  readonly n: number;
  readonly city: string;
  readonly madeMs: number;
  readonly doneMs: number;
  /** The event it was counted with. */
  readonly by: Handled;
}

/** What became of a run with these settings, from what its trace tells. A run may still go on. */
export function skewRun(facts: SkewFacts, settings: SkewSettings): SkewRun {
  const byStage = group(facts.handled, ({ stage }) => stage);
  const names = [...byStage.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const isWorker = (name: string) => name.startsWith('worker');
  const workers = names.filter(isWorker);
  const counting = names.filter((name) => !isWorker(name));
  const lives = livesOf(
    facts,
    counting.flatMap((name) => byStage.get(name) ?? []),
  );
  const endMs = max(lives, ({ doneMs }) => doneMs) ?? 0;
  const row = (stages: readonly string[], since: Told['since']) =>
    rowOf(stages, { byStage, lives, endMs, settings, since });
  const comesIn = (n: number) => facts.made.get(n)?.atMs ?? null;
  const worked = new Map(
    workers.flatMap((name) => (byStage.get(name) ?? []).map(({ n, doneMs }) => [n, doneMs] as const)),
  );
  const all = lives.map(({ madeMs, doneMs }) => doneMs - madeMs).sort(ascending);
  const lanes = row(workers.length > 0 ? workers : laneNames(settings), comesIn);
  const carriers = new Set(lives.map(({ by }) => by));
  return {
    made: facts.made.size,
    counted: lives.length,
    carried: carriers.size,
    endMs,
    lanes,
    counters: workers.length > 0 ? row(laneNames(settings), (n) => worked.get(n) ?? null) : [],
    hottest: max(lanes, ({ share }) => share) ?? 0,
    p50Ms: quantileSorted(all, 0.5) ?? null,
    p99Ms: quantileSorted(all, 0.99) ?? null,
    overtaken: overtakenIn(lives),
    totals: totalsOf(facts, carriers, settings),
  };
}

function laneNames({ partitions }: SkewSettings): readonly string[] {
  return Array.from({ length: partitions }, (_, i) => `lane ${i}`);
}

/** Orders that have been counted, in the order in which they came in. */
function livesOf({ made }: SkewFacts, counted: readonly Handled[]): readonly Life[] {
  const byCity = group(
    [...made].map(([n, order]) => ({ n, ...order })).sort((a, b) => a.n - b.n),
    ({ city }) => city,
  );
  const lives = counted.flatMap((by) => {
    const { doneMs } = by;
    if (doneMs === null) return [];
    const own = byCity.get(by.city) ?? [];
    const first = own.findIndex(({ n }) => n === by.n);
    // A sum stands for the next orders of its city, from its first one on.
    return first < 0
      ? []
      : own
          .slice(first, first + by.count)
          .map(({ n, city, atMs }) => ({ n, city, madeMs: atMs, doneMs, by }));
  });
  return lives.sort((a, b) => a.n - b.n);
}

interface Told {
  readonly byStage: ReadonlyMap<string, readonly Handled[]>;
  readonly lives: readonly Life[];
  readonly endMs: number;
  readonly settings: SkewSettings;
  /** From when on an order waits for one of them, ms; `null` where that is not known yet. */
  readonly since: (n: number) => number | null;
}

function rowOf(stages: readonly string[], told: Told): readonly LaneRun[] {
  const all = sum(stages, (stage) => told.byStage.get(stage)?.length ?? 0);
  return stages.map((stage) => laneRun(stage, all, told));
}

function laneRun(stage: string, all: number, { byStage, lives, endMs, settings, since }: Told): LaneRun {
  const own = byStage.get(stage) ?? [];
  const events = new Map(own.map((event) => [event.n, event]));
  const through = lives.filter(({ n, by }) => by.stage === stage || events.has(n));
  const took = through.map(({ madeMs, doneMs }) => doneMs - madeMs).sort(ascending);
  const busyMs = sum(
    own,
    ({ startMs, doneMs }) => Math.min(doneMs ?? endMs, endMs) - Math.min(startMs, endMs),
  );
  const waiting = waitingOf(own, since);
  return {
    stage,
    got: own.length,
    share: all === 0 ? 0 : own.length / all,
    cities: Object.keys(settings.shares).flatMap((city) => {
      const count = own.filter((event) => event.city === city).length;
      return count === 0 ? [] : [{ city, count }];
    }),
    idle: endMs === 0 ? 0 : 1 - busyMs / endMs,
    p99Ms: quantileSorted(took, 0.99) ?? null,
    waiting,
    mostWaiting: max(waiting, ({ count }) => count) ?? 0,
  };
}

/** How many events waited for this stage: from the moment they could be taken until they were. */
function waitingOf(own: readonly Handled[], since: Told['since']): LaneRun['waiting'] {
  const steps = own.flatMap(({ n, startMs }) => {
    const fromMs = since(n);
    return fromMs === null
      ? []
      : [
          { atMs: fromMs, by: 1 },
          { atMs: startMs, by: -1 },
        ];
  });
  steps.sort((a, b) => a.atMs - b.atMs || b.by - a.by);
  let count = 0;
  const curve: { atMs: number; count: number }[] = [{ atMs: 0, count }];
  for (const { atMs, by } of steps) {
    count += by;
    const last = curve.at(-1);
    if (last?.atMs === atMs) last.count = count;
    else curve.push({ atMs, count });
  }
  return curve;
}

function overtakenIn(lives: readonly Life[]): readonly Overtaken[] {
  const found: Overtaken[] = [];
  for (const [city, own] of group(lives, (life) => life.city)) {
    let latest = -1;
    // Those of one sum were counted in their order.
    const counted = [...own].sort((a, b) => a.doneMs - b.doneMs || a.by.seq - b.by.seq || a.n - b.n);
    for (const { n, by } of counted) {
      if (n < latest) found.push({ city, n, later: latest, seq: by.seq });
      else latest = n;
    }
  }
  return found.sort((a, b) => a.seq - b.seq);
}

function totalsOf(
  { totals }: SkewFacts,
  counted: ReadonlySet<Handled>,
  { shares }: SkewSettings,
): readonly CityTotal[] {
  const expected = plainTotals(shares);
  const byCity = group(counted, ({ city }) => city);
  return Object.keys(shares).map((city) => {
    const lanes = group(byCity.get(city) ?? [], ({ stage }) => stage);
    const parts = Array.from(lanes, ([lane, events]) => ({ lane, count: sum(events, ({ count }) => count) }));
    parts.sort((a, b) => a.lane.localeCompare(b.lane, 'en', { numeric: true }));
    // Of a city without orders there is nothing to tell.
    const none = expected.has(city) ? null : 0;
    return { city, expected: expected.get(city) ?? 0, told: totalIn(totals, city) ?? none, parts };
  });
}

/** The total of a city as the last stage keeps it: a number, or a record with one beside its parts. */
function totalIn(totals: TraceValue, city: string): number | null {
  const own = fieldOf(totals, city);
  const total = typeof own === 'number' ? own : fieldOf(own, 'total');
  return typeof total === 'number' ? total : null;
}

function fieldOf(value: TraceValue | undefined, name: string): TraceValue | undefined {
  if (value === undefined || value === null || typeof value !== 'object' || isList(value)) return undefined;
  return value[name];
}
