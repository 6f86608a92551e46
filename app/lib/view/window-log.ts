import type {
  EntryOf,
  PlanView,
  Seq,
  StageId,
  StateAfterFiring,
  SubscriptionId,
  TraceEntry,
  TraceValue,
  WindowingView,
} from 'sluice';
import { bisector } from 'd3-array';
import { alikeUpTo, RunLogs, type RunLog } from './run-logs.ts';
import { UndoLog } from './undo-log.ts';

/** One time that a window emitted. `n` = entries applied when it has just happened, here and below. */
export interface Firing {
  readonly n: number;
  readonly seq: Seq;
  readonly trigger: TraceValue;
  /** Events in the window by then. */
  readonly count: number;
  readonly emitted: number;
  /** The how-many-th of its window, from 1. */
  readonly number: number;
  readonly state: StateAfterFiring | null;
}

/** One window of a stage, as far as its trace tells. All lists are in order of `n`. */
export interface WindowBand {
  /** Unique within the stage. */
  readonly key: string;
  readonly type: EntryOf<'window'>['window'];
  readonly openedN: number;
  /** What it is called, from then on: a session grows. The first stands from the beginning. */
  readonly names: readonly { readonly n: number; readonly id: TraceValue }[];
  /** Events that it has got. */
  readonly fills: readonly { readonly n: number; readonly total: number }[];
  readonly firings: readonly Firing[];
  /** When it was over; empty while it is open. */
  readonly closes: readonly number[];
}

interface Band extends WindowBand {
  readonly names: { readonly n: number; readonly id: TraceValue }[];
  readonly fills: { readonly n: number; readonly total: number }[];
  readonly firings: Firing[];
  readonly closes: number[];
}

/** A batch that was put into windows. */
export interface WindowBatch {
  readonly n: number;
  readonly seq: Seq;
  readonly atMs: number;
  /** Events that came to the stage before it. */
  readonly before: number;
  readonly assign: EntryOf<'assign'>;
  /** What its events are, as far as the trace holds them. */
  readonly events: readonly TraceValue[];
}

/** A stage that this one is subscribed to. */
export interface WindowUpstream {
  readonly subscription: SubscriptionId;
  readonly producer: StageId;
  readonly joinedN: number;
  /** The latest event time it had sent by then, ms. */
  readonly latest: readonly { readonly n: number; readonly latestMs: number }[];
  readonly ends: readonly number[];
}

interface Upstream extends WindowUpstream {
  readonly latest: { readonly n: number; readonly latestMs: number }[];
  readonly ends: number[];
}

/** All that a trace tells of the windows of one stage. */
export interface StageWindows {
  readonly stage: StageId;
  /** `null`: one window for everything, without triggers. */
  readonly windowing: WindowingView | null;
  readonly bands: readonly WindowBand[];
  readonly batches: readonly WindowBatch[];
  readonly watermarks: readonly {
    readonly n: number;
    readonly eventMs: number;
    readonly idle: readonly SubscriptionId[];
  }[];
  readonly upstreams: readonly WindowUpstream[];
  /** Events that came too late, with all that missed several windows counted for each. */
  readonly late: readonly { readonly n: number; readonly total: number }[];
}

class Windows implements StageWindows {
  readonly bands: Band[] = [];
  readonly batches: WindowBatch[] = [];
  readonly watermarks: StageWindows['watermarks'][number][] = [];
  readonly upstreams: Upstream[] = [];
  readonly late: { readonly n: number; readonly total: number }[] = [];
  /** Bands that are open, those of one session key together. */
  readonly open = new Map<string, Set<Band>>();
  readonly byId = new Map<string, Band>();
  lives = 0;

  readonly stage: StageId;
  readonly windowing: WindowingView | null;

  constructor(stage: StageId, windowing: WindowingView | null) {
    this.stage = stage;
    this.windowing = windowing;
  }
}

const bySeq = bisector((entry: TraceEntry) => entry.seq);

/** What is known of the windows of a run. A longer version of its trace costs only what is new. */
export class WindowLog implements RunLog {
  readonly #plan: PlanView;
  #stages: ReadonlyMap<StageId, Windows>;
  #undo = new UndoLog();
  #entries: readonly TraceEntry[] = [];
  #known = 0;

  constructor(plan: PlanView) {
    this.#plan = plan;
    this.#stages = stagesOf(plan);
  }

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  /** Stages that reduce by windows, or have done so, in the order of the plan. */
  get stages(): readonly StageWindows[] {
    return [...this.#stages.values()].filter(
      ({ windowing, bands }) => windowing !== null || bands.length > 0,
    );
  }

  /** How many of them are known. */
  get known(): number {
    return this.#known;
  }

  update(entries: readonly TraceEntry[], to = entries.length): void {
    let known = alikeUpTo(this.#entries, entries, Math.min(this.#known, to));
    if (known < this.#known && !this.#undo.back(known)) {
      this.#stages = stagesOf(this.#plan);
      this.#undo = new UndoLog();
      known = 0;
    }
    this.#entries = entries;
    for (let i = known; i < to; i += 1) {
      const entry = entries[i];
      const own = entry && this.#stages.get(entry.stage);
      if (own) this.#add(own, entry, i + 1);
    }
    this.#known = to;
  }

  #add(own: Windows, entry: TraceEntry, n: number): void {
    const undo = this.#undo;
    switch (entry.type) {
      case 'start':
        own.lives += 1;
        undo.add(n, () => void (own.lives -= 1));
        return;
      case 'subscribe':
        undo.push(n, own.upstreams, {
          subscription: entry.subscription,
          producer: entry.producer,
          joinedN: n,
          latest: [],
          ends: [],
        });
        return;
      case 'cancel':
        for (const { subscription, ends } of own.upstreams) {
          if (subscription === entry.subscription && ends.length === 0) undo.push(n, ends, n);
        }
        return;
      case 'window':
        return this.#window(own, entry, n);
      case 'assign':
        return this.#assign(own, entry, n);
      case 'watermark':
        undo.push(n, own.watermarks, { n, eventMs: entry.eventMs, idle: entry.idle ?? [] });
        return;
      case 'late':
        undo.push(n, own.late, { n, total: (own.late.at(-1)?.total ?? 0) + entry.count });
        return;
      case 'crash':
      case 'exit':
        for (const bands of own.open.values()) for (const band of [...bands]) this.#close(own, band, n);
        return;
      default:
    }
  }

  #window(own: Windows, entry: EntryOf<'window'>, n: number): void {
    if (entry.phase === 'open') return this.#open(own, entry, n);
    const band = this.#find(own, entry.id);
    if (!band) return;
    this.#name(band, entry.id, n);
    if (entry.phase === 'close') return this.#close(own, band, n);
    this.#undo.push(n, band.firings, {
      n,
      seq: entry.seq,
      trigger: entry.trigger ?? null,
      count: entry.count,
      emitted: entry.emitted ?? 0,
      number: entry.firing ?? band.firings.length + 1,
      state: entry.state ?? null,
    });
  }

  #open(own: Windows, { id, window }: EntryOf<'window'>, n: number): void {
    const text = idText(own, id);
    const band: Band = {
      key: `${text} ${n}`,
      type: window,
      openedN: n,
      names: [{ n, id }],
      fills: [],
      firings: [],
      closes: [],
    };
    const before = own.byId.get(text);
    openWith(own, band).add(band);
    own.byId.set(text, band);
    own.bands.push(band);
    this.#undo.add(n, () => {
      openWith(own, band).delete(band);
      own.bands.pop();
      if (before) own.byId.set(text, before);
      else own.byId.delete(text);
    });
  }

  #close(own: Windows, band: Band, n: number): void {
    openWith(own, band).delete(band);
    band.closes.push(n);
    this.#undo.add(n, () => {
      band.closes.pop();
      openWith(own, band).add(band);
    });
  }

  #assign(own: Windows, assign: EntryOf<'assign'>, n: number): void {
    const undo = this.#undo;
    const last = own.batches.at(-1);
    undo.push(n, own.batches, {
      n,
      seq: assign.seq,
      atMs: assign.atMs,
      before: last ? last.before + last.assign.count : 0,
      assign,
      events: this.#eventsOf(assign),
    });
    for (const { id, count, late } of assign.slices) {
      const band = late ? null : this.#find(own, id);
      if (!band) continue;
      this.#name(band, id, n);
      undo.push(n, band.fills, { n, total: (band.fills.at(-1)?.total ?? 0) + count });
    }
    const { latestMs } = assign;
    const upstream = own.upstreams.findLast(({ subscription }) => subscription === assign.subscription);
    if (upstream && latestMs !== undefined) undo.push(n, upstream.latest, { n, latestMs });
  }

  /** The batch that its callback got; where that was mapped as a whole, its events are others. */
  #eventsOf({ cause, count, first }: EntryOf<'assign'>): readonly TraceValue[] {
    if (cause === null || first === undefined) return [];
    const begin = this.#entries[bySeq.left(this.#entries, cause)];
    return begin?.type === 'begin' && begin.seq === cause && begin.count === count
      ? (begin.events ?? [])
      : [];
  }

  #name(band: Band, id: TraceValue, n: number): void {
    if (band.type !== 'session') return;
    const known = extentOf(band.names.at(-1)?.id ?? null);
    const own = extentOf(id);
    if (known && own && (known.start !== own.start || known.end !== own.end)) {
      this.#undo.push(n, band.names, { n, id });
    }
  }

  /** The window of this name. A session has grown since, or been joined: it is the one that overlaps. */
  #find(own: Windows, id: TraceValue): Band | null {
    const extent = extentOf(id);
    if (!extent) return own.byId.get(idText(own, id)) ?? null;
    let found: Band | null = null;
    for (const band of own.open.get(groupOf(id)) ?? []) {
      const other = extentOf(band.names.at(-1)?.id ?? null);
      if (!other) continue;
      if (other.start === extent.start && other.end === extent.end) return band;
      if (other.start <= extent.end && extent.start <= other.end) found ??= band;
    }
    return found;
  }
}

/** Key, beginning and end of a session, ms of event time; `null` of any other window. */
export function extentOf(
  id: TraceValue,
): { readonly key: TraceValue; readonly start: number; readonly end: number } | null {
  if (id === null || typeof id !== 'object' || !('start' in id) || !('end' in id)) return null;
  const { key = null, start, end } = id;
  return typeof start === 'number' && typeof end === 'number' ? { key, start, end } : null;
}

/** Sessions are found by whose they are. */
function groupOf(id: TraceValue): string {
  return JSON.stringify(extentOf(id)?.key ?? null);
}

function openWith({ open }: Windows, { names }: Band): Set<Band> {
  const group = groupOf(names[0]?.id ?? null);
  const known = open.get(group);
  if (known) return known;
  const bands = new Set<Band>();
  open.set(group, bands);
  return bands;
}

function idText({ lives }: Windows, id: TraceValue): string {
  return `${lives} ${JSON.stringify(id)}`;
}

function stagesOf({ flows = [] }: PlanView): ReadonlyMap<StageId, Windows> {
  return new Map(
    flows.flatMap(({ layers }) =>
      layers
        .filter(({ kind }) => kind === 'mapReducer')
        .flatMap(({ stages, windowing }) =>
          stages.map((stage) => [stage, new Windows(stage, windowing ?? null)] as const),
        ),
    ),
  );
}

/** The windows of runs. Views that look at the same run share what is known of it. */
export const windowsOfRuns = new RunLogs((plan) => new WindowLog(plan));
