import type { SubscriptionId } from '../ids.ts';
import type { Cell } from './cells.ts';
import { DueQueue } from './due-queue.ts';

/** A run of events of one key, none further from its neighbour than the gap. */
export interface Session<Accumulator> {
  /** Counts the sessions of a stage in the order in which they began. */
  readonly number: number;
  readonly key: unknown;
  /** What stands for the key. */
  readonly keyId: unknown;
  /** The sessions of its key that take events, itself among them unless it is over; earliest first, no two touch. */
  siblings: Session<Accumulator>[];
  readonly cell: Cell<Accumulator>;
  /** Event time of its first event, ms. */
  startMs: number;
  /** Event time of its last event, plus the gap: an event at that very time still belongs to it. */
  endMs: number;
  /** Its end when it was queued; it may have grown since. */
  queuedMs: number;
  /** Of a session that is over and takes late events: the timer that will end it. `null`: it is not over. */
  lateness: number | null;
  /** What it has got, in order of arrival, as long as an earlier session may come to swallow it; `null` after that. */
  kept: { readonly upstream: SubscriptionId; readonly events: unknown[] }[] | null;
  /** Done, or swallowed by an earlier session. */
  gone: boolean;
}

/** The sessions of a stage: by key, to find where an event belongs, and by end, to find those that are over. */
export class SessionStore<Accumulator> {
  readonly #byKey = new Map<unknown, Session<Accumulator>[]>();
  readonly #byEnd = new DueQueue<Session<Accumulator>>((a, b) => a.queuedMs < b.queuedMs);
  /** Over, and taking late events. */
  readonly #late = new Set<Session<Accumulator>>();

  /** The sessions of a key that take events, earliest first. Those that are over by then take none any more. */
  of(keyId: unknown, watermarkMs: number): readonly Session<Accumulator>[] {
    const own = this.#byKey.get(keyId);
    if (!own) return [];
    for (let first = own[0]; first && first.endMs < watermarkMs; first = own[0]) own.shift();
    if (own.length === 0) this.#byKey.delete(keyId);
    return own;
  }

  /** A session begins. */
  add(session: Session<Accumulator>): void {
    const own = this.#byKey.get(session.keyId) ?? [];
    if (own.length === 0) this.#byKey.set(session.keyId, own);
    own.splice(own.findLastIndex((other) => other.startMs < session.startMs) + 1, 0, session);
    session.siblings = own;
    this.#queue(session);
  }

  /** A session is done, or swallowed by an earlier one. */
  remove(session: Session<Accumulator>): void {
    session.gone = true;
    this.#late.delete(session);
    const own = session.siblings;
    const at = own.indexOf(session);
    // It was over before, and found to be so.
    if (at < 0) return;
    own.splice(at, 1);
    if (own.length === 0) this.#byKey.delete(session.keyId);
  }

  /** Takes out those whose end lies before the watermark and that were not over yet, earliest end first. */
  takeOver(watermarkMs: number): Session<Accumulator>[] {
    const over: Session<Accumulator>[] = [];
    for (let next = this.#byEnd.first; next && next.queuedMs < watermarkMs; next = this.#byEnd.first) {
      this.#byEnd.take();
      if (next.gone) continue;
      if (next.endMs < watermarkMs) over.push(next);
      else this.#queue(next);
    }
    return over.sort(byEnd);
  }

  /** A session that is over takes late events until this timer is due. */
  await(session: Session<Accumulator>, timer: number): void {
    session.lateness = timer;
    this.#late.add(session);
  }

  /** A session that was over has grown beyond the watermark. */
  revive(session: Session<Accumulator>): void {
    session.lateness = null;
    this.#late.delete(session);
    this.#queue(session);
  }

  /** Those that were waiting for this timer, or an earlier one. */
  dueAt(timer: number): Session<Accumulator>[] {
    return [...this.#late].filter(({ lateness }) => lateness !== null && lateness <= timer).sort(byEnd);
  }

  /** All that are not gone, earliest end first. */
  all(): Session<Accumulator>[] {
    return [...this.#byEnd.all.filter(({ gone }) => !gone), ...this.#late].sort(byEnd);
  }

  /** The first so many of {@link SessionStore.all}, without sorting them all: there may be one per key. */
  first(limit: number): readonly Session<Accumulator>[] {
    const first: Session<Accumulator>[] = [];
    const look = (session: Session<Accumulator>) => {
      const last = first.at(-1);
      if (session.gone || (last && first.length >= limit && byEnd(last, session) < 0)) return;
      first.splice(first.findLastIndex((other) => byEnd(other, session) < 0) + 1, 0, session);
      if (first.length > limit) first.pop();
    };
    for (const session of this.#byEnd.all) look(session);
    for (const session of this.#late) look(session);
    return first;
  }

  #queue(session: Session<Accumulator>): void {
    session.queuedMs = session.endMs;
    this.#byEnd.add(session);
  }
}

function byEnd<Accumulator>(a: Session<Accumulator>, b: Session<Accumulator>): number {
  return a.endMs - b.endMs || a.startMs - b.startMs || a.number - b.number;
}
