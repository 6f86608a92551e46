import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import { edgeOfLife } from './lives.ts';
import type { StopCondition, StopHit } from './stop-condition.ts';
import type { TraceEntry, TraceValue } from './trace-entry.ts';
import { Waiting, type SentBatch } from './waiting.ts';

/** What must be known of a plan: who gets what is sent. */
export interface StopWatchPlan {
  readonly subscriptions: readonly { readonly id: SubscriptionId; readonly consumer: StageId }[];
}

/** One condition, and how it stands. */
interface Watched {
  readonly condition: StopCondition;
  /** It has held since it was reported last. */
  isMet: boolean;
  /** Since when a `pending` holds that must hold for a while, ms; `null` while it does not, or when it was reported. */
  sinceMs: number | null;
}

/**
 * Finds where conditions begin to hold: entry by entry, in a recording or while a run goes on. One that goes on holding is not
 * found again before it has ceased to.
 */
export class StopWatch {
  readonly #waiting: Waiting;
  #watched: readonly Watched[] = [];
  #lastSeq: Seq = 0;

  constructor(plan: StopWatchPlan, conditions: readonly StopCondition[] = []) {
    this.#waiting = new Waiting(plan.subscriptions);
    this.watch(conditions);
  }

  /** Looks for these from now on. One that holds already is found at the next entry that is about it. */
  watch(conditions: readonly StopCondition[]): void {
    this.#watched = conditions.map((condition) => ({ condition, isMet: false, sinceMs: null }));
  }

  /** When the first of those that must hold for a while will have done so, ms; `null` where none waits for that. */
  get dueMs(): number | null {
    let due: number | null = null;
    for (const { condition, sinceMs } of this.#watched) {
      if (sinceMs === null) continue;
      const atMs = sinceMs + forMsOf(condition);
      due = due === null ? atMs : Math.min(due, atMs);
    }
    return due;
  }

  /** Takes the next entry; the condition that has begun to hold with it, the first of several. */
  take(entry: TraceEntry): StopHit | null {
    const late = this.tick(entry.atMs);
    this.#waiting.take(entry);
    this.#lastSeq = entry.seq;
    let hit: StopHit | null = late;
    for (const watched of this.#watched) {
      const seen = this.#look(watched, entry);
      if (seen !== undefined)
        hit ??= { condition: watched.condition, seq: entry.seq, atMs: entry.atMs, seen };
    }
    return hit;
  }

  /** A batch has come from where entries are not seen, sent by the entry `seq`. */
  arrive(batch: SentBatch & { readonly seq: Seq; readonly atMs: number }): StopHit | null {
    this.#waiting.arrive(batch);
    let hit: StopHit | null = null;
    for (const watched of this.#watched) {
      const { condition } = watched;
      if (condition.kind !== 'depth' || condition.stage !== batch.consumer) continue;
      const seen = this.#depth(watched, condition);
      if (seen !== undefined) hit ??= { condition, seq: batch.seq, atMs: batch.atMs, seen };
    }
    return hit;
  }

  /** Time goes on without an entry. */
  tick(nowMs: number): StopHit | null {
    let hit: StopHit | null = null;
    for (const watched of this.#watched) {
      const { condition, sinceMs } = watched;
      if (sinceMs === null || condition.kind !== 'pending') continue;
      const dueMs = sinceMs + forMsOf(condition);
      if (nowMs < dueMs) continue;
      watched.sinceMs = null;
      hit ??= { condition, seq: this.#lastSeq, atMs: dueMs, seen: condition.is };
    }
    return hit;
  }

  /** What is there now that a condition has begun to hold, perhaps the event `null`; `undefined` while it has not. */
  #look(watched: Watched, entry: TraceEntry): TraceValue | undefined {
    const { condition } = watched;
    switch (condition.kind) {
      case 'depth':
        return this.#depth(watched, condition);
      case 'pending':
        return this.#pending(watched, condition, entry.atMs);
      case 'value':
        return isOf(condition.of, entry) ? eventsOf(entry).find(reads(condition)) : undefined;
      case 'window':
        if (entry.type !== 'window' || entry.phase !== 'fire') return undefined;
        return condition.stage === undefined || condition.stage === entry.stage
          ? (entry.id ?? '')
          : undefined;
    }
  }

  #depth(
    watched: Watched,
    { stage, atLeast }: Extract<StopCondition, { kind: 'depth' }>,
  ): number | undefined {
    const waiting = this.#waiting.at(stage);
    const wasMet = watched.isMet;
    watched.isMet = waiting >= atLeast;
    return watched.isMet && !wasMet ? waiting : undefined;
  }

  #pending(
    watched: Watched,
    { subscription, is, forMs = 0 }: Extract<StopCondition, { kind: 'pending' }>,
    atMs: number,
  ): number | undefined {
    const isMet = this.#waiting.pending(subscription) === is;
    if (isMet === watched.isMet) return undefined;
    watched.isMet = isMet;
    if (forMs > 0) watched.sinceMs = isMet ? atMs : null;
    return isMet && forMs === 0 ? is : undefined;
  }
}

function forMsOf(condition: StopCondition): number {
  return condition.kind === 'pending' ? (condition.forMs ?? 0) : 0;
}

function isOf(of: Extract<StopCondition, { kind: 'value' }>['of'], entry: TraceEntry): boolean {
  if ('subscription' in of) {
    return entry.type === 'dispatch' && edgeOfLife(entry.subscription) === of.subscription;
  }
  return entry.stage === of.stage && (entry.type === 'begin' || entry.type === 'end');
}

function eventsOf(entry: TraceEntry): readonly TraceValue[] {
  switch (entry.type) {
    case 'dispatch':
      return entry.events;
    case 'begin':
      return entry.events ?? [];
    case 'end':
      return entry.emitted;
    default:
      return [];
  }
}

function reads({ path, equals }: { readonly path: string; readonly equals: string }) {
  const keys = path === '' ? [] : path.split('.');
  return (event: TraceValue): boolean => {
    const part = partAt(event, keys);
    return part !== undefined && textOf(part) === equals;
  };
}

function partAt(value: TraceValue, keys: readonly string[]): TraceValue | undefined {
  let part: TraceValue | undefined = value;
  for (const key of keys) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, key)) return undefined;
    part = Reflect.get(part, key);
  }
  return part;
}

function textOf(value: TraceValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
