import type { EntryOf, Seq, StageView, TraceEntry, TraceValue } from 'sluice';
import { bisector } from 'd3-array';
import { BufferFold } from './buffer-fold.ts';
import { slice, sizeOf, type EventRun } from './event-queue.ts';
import { alikeUpTo } from './run-logs.ts';

/** Events that lie in a buffer, oldest first. `undefined`: the recording does not tell which event it is. */
export type Stored = TraceValue | undefined;

/** Neighbours in a buffer; `null`: only their number is known. */
interface Chunk extends EventRun {
  readonly values: readonly TraceValue[] | null;
}

type Change = EntryOf<'buffer'> | EntryOf<'unbuffer'>;

/** `n` = entries applied when it has just happened; `change`: `null` where the stage begins or ends, with nothing stored. */
interface Step {
  readonly n: number;
  readonly change: Change | null;
}

const bySeq = bisector((entry: TraceEntry) => entry.seq);
const byPosition = bisector(({ n }: Step) => n);

/** Dispatchers that give out events in their order, so that what is left over are the last ones. */
const IN_ORDER: ReadonlySet<string> = new Set(['demand', 'broadcast', 'partition']);

/**
 * Which events a stage has in its buffer, from the trace alone: it tells what a callback returned and how many of that were
 * stored, which are the last ones. Made for one stage, when somebody asks; a longer version of the trace costs only what is new.
 */
export class BufferContents {
  readonly #stage: Pick<StageView, 'id' | 'dispatcher' | 'bufferKeep'>;
  #entries: readonly TraceEntry[] = [];
  readonly #steps: Step[] = [];
  /** Where the last look ended: a longer way from there is only what is new. */
  #last: Look;

  constructor(stage: Pick<StageView, 'id' | 'dispatcher' | 'bufferKeep'>) {
    this.#stage = stage;
    this.#last = this.#look(0);
  }

  /** Takes the same trace with entries appended, or inserted near its end. */
  update(entries: readonly TraceEntry[]): void {
    const most = Math.min(this.#entries.length, entries.length);
    const known = alikeUpTo(this.#entries, entries, most);
    if (known < this.#entries.length) {
      while ((this.#steps.at(-1)?.n ?? 0) > known) this.#steps.pop();
      this.#last = this.#look(0);
    }
    for (let i = known; i < entries.length; i += 1) {
      const entry = entries[i];
      if (entry?.stage !== this.#stage.id) continue;
      if (entry.type === 'buffer' || entry.type === 'unbuffer') this.#steps.push({ n: i + 1, change: entry });
      else if (entry.type === 'start' || entry.type === 'exit' || entry.type === 'crash')
        this.#steps.push({ n: i + 1, change: null });
    }
    this.#entries = entries;
  }

  /** The first `most` events that are stored after the first `n` entries, oldest first. */
  at(n: number, most: number): readonly Stored[] {
    const end = byPosition.right(this.#steps, n);
    let from = end;
    while (from > 0 && !isEmpty(this.#steps[from - 1]) && from !== this.#last.step) from -= 1;
    if (from !== this.#last.step) this.#last = this.#look(from);
    for (; this.#last.step < end; this.#last.step += 1) this.#go(this.#last, this.#steps[this.#last.step]);
    return this.#last.buffer.first(most).flatMap(valuesOf);
  }

  /** Before a step: nothing is stored. */
  #look(step: number): Look {
    return { step, buffer: new BufferFold(this.#stage), taken: null };
  }

  #go(look: Look, step: Step | undefined): void {
    const change = step?.change;
    if (!change) look.buffer.empty();
    else if (change.type === 'unbuffer')
      look.taken = { seq: change.seq, chunks: look.buffer.unstore(change) };
    else look.buffer.store(change, this.#rest(change, look.taken));
    const size = change?.size ?? 0;
    if (look.buffer.size === size) return;
    // What is not as large as the trace says is not understood: its number is all that is told.
    look.buffer.refill(unknown(size));
  }

  /** What nobody asked for as an entry says, by what gave it: a callback that returned it, or the buffer itself. */
  #rest(change: EntryOf<'buffer'>, taken: Look['taken']): readonly Chunk[] {
    const { cause, added } = change;
    // Of one that keeps its first events, the new ones that did not fit came after those that did.
    const count = added + (this.#stage.bufferKeep === 'first' ? this.#discardedWith(change) : 0);
    if (!IN_ORDER.has(this.#stage.dispatcher ?? '')) return unknown(added);
    if (taken !== null && taken.seq === cause)
      return slice(taken.chunks, Math.max(0, sizeOf(taken.chunks) - count), count);
    const entry = cause === null ? undefined : this.#entries[bySeq.left(this.#entries, cause)];
    if (entry?.type !== 'end' || entry.seq !== cause || entry.count < count) return unknown(added);
    return [{ values: entry.emitted, from: entry.count - count, count }];
  }

  /** How many of the events that were to be stored with this entry were dropped; told by the entry that follows. */
  #discardedWith({ seq }: EntryOf<'buffer'>): number {
    const at = bySeq.left(this.#entries, seq);
    const next = this.#entries.slice(at + 1, at + 1 + NEAR).find(({ cause }) => cause === seq);
    return next?.type === 'discard' ? next.count : 0;
  }
}

/** Entries after which what follows from one is told at the latest. */
const NEAR = 8;

interface Look {
  /** Steps that it has taken in. */
  step: number;
  readonly buffer: BufferFold<Chunk>;
  /** What was taken out last: a dispatcher may give some of it back. */
  taken: { readonly seq: Seq; readonly chunks: readonly Chunk[] } | null;
}

const isEmpty = (step: Step | undefined): boolean => !step?.change || step.change.size === 0;

function unknown(count: number): readonly Chunk[] {
  return count === 0 ? [] : [{ values: null, from: null, count }];
}

function valuesOf({ values, from, count }: Chunk): Stored[] {
  return Array.from({ length: count }, (_, i) => (from === null ? undefined : values?.[from + i]));
}
