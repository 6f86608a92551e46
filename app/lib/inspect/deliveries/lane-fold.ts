import type { Seq, TraceValue } from 'sluice';
import { valueKey } from '../../view/accounts/share-out.ts';
import type { Done, MakerLog } from '../../view/accounts/maker-log.ts';
import type { Chunk } from '../../view/accounts/link-log.ts';
import type { RunAccounts } from '../../view/accounts/run-accounts.ts';
import { keyOf, type KeyChoice } from './event-key.ts';

/** Waits that are remembered per lane: percentiles are of the latest ones. */
export const WAITS = 1_000;

/** An event that was handled after a later one of its key. */
export interface Overtaken {
  /** The entry with which it was handled. */
  readonly seq: Seq;
  readonly key: string;
}

/** One key of the events of a stage. */
export interface KeyCount {
  readonly value: TraceValue;
  count: number;
  /** Edge → events. */
  readonly lanes: Map<string, number>;
  /** Row of the latest event of it that has been handled. */
  latest: number;
  overtaken: number;
  /** Changed only in the round in which it was made: kept states share it from then on. */
  readonly round: number;
}

/** What is counted over the events of a stage up to a moment. */
export interface LaneState {
  readonly keys: Map<string, KeyCount>;
  /** Edge → how long its latest events took from the moment they were made until they were handled, ms. */
  readonly waits: Map<string, number[]>;
  /** Events whose values, or whose order, the trace does not tell. */
  unknown: number;
  overtaken: number;
  first: Overtaken | null;
}

/** Steps between two states that are kept, at first. */
const FIRST_SPACING = 512;
/** States that are kept: of more, every second one is dropped, as each holds all keys. */
const MOST_KEPT = 16;

type Step = { readonly n: number } & (
  { readonly type: 'sent'; readonly chunk: Chunk } | { readonly type: 'done'; readonly done: Done }
);

/** What is counted after some steps: of so many batches sent and so many handled. */
interface Kept {
  readonly sent: number;
  readonly done: number;
  /** The last of them. */
  readonly last: object | null;
  readonly state: LaneState;
}

const stepsTo = ({ sent, done }: Kept): number => sent + done;

/**
 * Counts the events of a stage by key and lane, at any moment. A longer version of the trace, and a move to a moment nearby,
 * cost only what lies between.
 */
export class LaneFold {
  readonly #accounts: RunAccounts;
  readonly #maker: MakerLog;
  readonly #choice: KeyChoice;
  /** Kept states, and what had been counted for each: so it shows when late entries were sorted in before it. */
  #kept: Kept[] = [];
  #now: { sent: number; done: number; last: object | null; state: LaneState } = {
    sent: 0,
    done: 0,
    last: null,
    state: emptyState(),
  };

  #spacing = FIRST_SPACING;
  /** Rises with every state that is kept or gone back to. */
  #round = 0;

  constructor(accounts: RunAccounts, maker: MakerLog, choice: KeyChoice) {
    this.#accounts = accounts;
    this.#maker = maker;
    this.#choice = choice;
  }

  /** What is counted after the first `at` entries; not to be changed, and good until the next call. */
  at(at: number): LaneState {
    while (this.#kept.length > 0 && !this.#isSame(this.#kept.at(-1))) this.#kept.pop();
    const nearest = this.#kept.findLast((one) => (this.#lastN(one) ?? 0) <= at);
    const isPast = !this.#isSame(this.#now) || (this.#lastN(this.#now) ?? 0) > at;
    if (isPast || (nearest && stepsTo(nearest) > stepsTo(this.#now))) this.#goOnFrom(nearest);
    for (let step = this.#next(at); step; step = this.#next(at)) {
      if (step.type === 'sent') this.#send(step.chunk);
      else this.#handle(step.done);
      const { sent, done, state } = this.#now;
      if ((sent + done) % this.#spacing !== 0 || sent + done <= this.#covered()) continue;
      this.#kept.push({ sent, done, last: this.#now.last, state: this.#copyOf(state) });
      if (this.#kept.length <= MOST_KEPT) continue;
      this.#kept = this.#kept.filter((_, i) => i % 2 === 1);
      this.#spacing *= 2;
    }
    return this.#now.state;
  }

  #covered(): number {
    const last = this.#kept.at(-1);
    return last ? stepsTo(last) : 0;
  }

  #isSame(kept: Kept | undefined): boolean {
    if (!kept?.last) return kept !== undefined;
    return this.#maker.chunks[kept.sent - 1] === kept.last || this.#maker.done[kept.done - 1] === kept.last;
  }

  #lastN({ last }: { readonly last: object | null }): number | null {
    return last !== null && 'n' in last && typeof last.n === 'number' ? last.n : null;
  }

  #goOnFrom(kept: Kept | undefined): void {
    this.#now = kept
      ? { ...kept, state: this.#copyOf(kept.state) }
      : { sent: 0, done: 0, last: null, state: emptyState() };
  }

  /** The next thing that counts, in the order of the trace. */
  #next(at: number): Step | null {
    const chunk = this.#maker.chunks[this.#now.sent];
    const done = this.#maker.done[this.#now.done];
    const isSent = chunk !== undefined && (!done || chunk.n < done.n);
    const [n, last] = isSent ? [chunk.n, chunk] : [done?.n ?? Infinity, done ?? null];
    if (n > at) return null;
    this.#now.last = last;
    if (isSent) {
      this.#now.sent += 1;
      return { n, type: 'sent', chunk };
    }
    if (!done) return null;
    this.#now.done += 1;
    return { n, type: 'done', done };
  }

  #send({ link, values, count }: Chunk): void {
    const { state } = this.#now;
    state.unknown += count - values.length;
    for (const value of values) {
      const key = keyOf(value, this.#choice);
      const own = this.#countOf(key);
      own.count += 1;
      own.lanes.set(link.edge, (own.lanes.get(link.edge) ?? 0) + 1);
    }
  }

  #handle({ link, first, count, seq, atMs }: Done): void {
    const { state } = this.#now;
    const waits = state.waits.get(link.edge) ?? [];
    state.waits.set(link.edge, waits);
    for (let index = first; index < first + count;) {
      const chunk = link.chunkAt(index);
      if (!chunk) {
        index += 1;
        continue;
      }
      const rows = this.#accounts.rowsOf(this.#maker, chunk);
      const end = Math.min(first + count, chunk.first + chunk.count);
      for (; index < end; index += 1) {
        const row = rows[index - chunk.first] ?? null;
        const madeMs = (row === null ? null : this.#maker.emissionAt(row)?.atMs) ?? chunk.atMs;
        waits.push(Math.max(0, atMs - madeMs));
        const value = chunk.values[index - chunk.first];
        if (row === null || value === undefined) continue;
        const key = keyOf(value, this.#choice);
        const own = this.#countOf(key);
        if (row < own.latest) {
          own.overtaken += 1;
          state.overtaken += 1;
          state.first ??= { seq, key: valueKey(key) };
        } else own.latest = row;
      }
    }
    if (waits.length > 2 * WAITS) waits.splice(0, waits.length - WAITS);
  }

  #countOf(value: TraceValue): KeyCount {
    const { keys } = this.#now.state;
    const key = valueKey(value);
    const known = keys.get(key);
    if (known?.round === this.#round) return known;
    const own = known
      ? { ...known, lanes: new Map(known.lanes), round: this.#round }
      : { value, count: 0, lanes: new Map<string, number>(), latest: -1, overtaken: 0, round: this.#round };
    keys.set(key, own);
    return own;
  }

  /** Shares the keys, of which there may be as many as events, until they change. */
  #copyOf(state: LaneState): LaneState {
    this.#round += 1;
    return {
      ...state,
      keys: new Map(state.keys),
      waits: new Map(Array.from(state.waits, ([lane, waits]) => [lane, [...waits]])),
    };
  }
}

function emptyState(): LaneState {
  return { keys: new Map(), waits: new Map(), unknown: 0, overtaken: 0, first: null };
}
