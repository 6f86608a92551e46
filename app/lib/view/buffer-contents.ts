import type { EntryOf, Seq, StageView, TraceEntry, TraceValue } from 'sluice';
import { bisector } from 'd3-array';

/** Events that lie in a buffer, oldest first. `undefined`: the recording does not tell which event it is. */
export type Stored = TraceValue | undefined;

/** Neighbours in a buffer; `null`: only their number is known. */
interface Chunk {
  readonly values: readonly TraceValue[] | null;
  readonly from: number;
  readonly count: number;
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
  /** Where the last look ended. */
  #last: { readonly step: number; readonly contents: Contents } | null = null;

  constructor(stage: Pick<StageView, 'id' | 'dispatcher' | 'bufferKeep'>) {
    this.#stage = stage;
  }

  /** Takes the same trace with entries appended, or inserted near its end. */
  update(entries: readonly TraceEntry[]): void {
    let known = Math.min(this.#entries.length, entries.length);
    while (known > 0 && this.#entries[known - 1] !== entries[known - 1]) known -= 1;
    if (known < this.#entries.length) {
      while ((this.#steps.at(-1)?.n ?? 0) > known) this.#steps.pop();
      this.#last = null;
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
    while (from > 0 && !isEmpty(this.#steps[from - 1]) && from !== this.#last?.step) from -= 1;
    const isKnown = from > 0 && from === this.#last?.step;
    let contents: Contents = isKnown && this.#last ? this.#last.contents : NOTHING;
    for (let i = from; i < end; i += 1) {
      const change = this.#steps[i]?.change;
      contents = change ? this.#changed(contents, change) : NOTHING;
    }
    this.#last = { step: end, contents };
    return take(contents.chunks, most).taken.flatMap(valuesOf);
  }

  #changed(before: Contents, change: Change): Contents {
    if (change.type === 'unbuffer') {
      const { taken, rest } = take(before.chunks, change.removed);
      return checked({ chunks: rest, taken: { seq: change.seq, chunks: taken } }, change.size);
    }
    const size = sizeOf(before.chunks);
    const pushedOut = Math.max(0, size + change.added - change.size);
    const { rest } = take(before.chunks, pushedOut);
    // Of one that keeps its first events, the new ones that did not fit came after those that did.
    const refused = this.#stage.bufferKeep === 'first' ? this.#discardedWith(change) : 0;
    const added = this.#lastOf(change.cause, before.taken, { count: change.added, before: refused });
    return checked({ chunks: [...rest, ...added], taken: before.taken }, change.size);
  }

  /** How many of the events that were to be stored with this entry were dropped; told by the entry that follows. */
  #discardedWith({ seq }: EntryOf<'buffer'>): number {
    const at = bySeq.left(this.#entries, seq);
    const next = this.#entries.slice(at + 1, at + 1 + NEAR).find(({ cause }) => cause === seq);
    return next?.type === 'discard' ? next.count : 0;
  }

  /** The last events of what an entry gave: a callback that returned them, or the buffer itself. */
  #lastOf(
    cause: Seq | null,
    taken: Contents['taken'],
    { count, before }: { readonly count: number; readonly before: number },
  ): readonly Chunk[] {
    const unknown = [{ values: null, from: 0, count }];
    if (!IN_ORDER.has(this.#stage.dispatcher ?? '')) return unknown;
    if (taken !== null && taken.seq === cause) {
      const all = sizeOf(taken.chunks);
      return take(take(taken.chunks, all - before - count).rest, count).taken;
    }
    const entry = cause === null ? undefined : this.#entries[bySeq.left(this.#entries, cause)];
    if (entry?.type !== 'end' || entry.seq !== cause || entry.count < count + before) return unknown;
    return [{ values: entry.emitted, from: entry.count - before - count, count }];
  }
}

/** Entries after which what follows from one is told at the latest. */
const NEAR = 8;

interface Contents {
  readonly chunks: readonly Chunk[];
  /** What was taken out last: a dispatcher may give some of it back. */
  readonly taken: { readonly seq: Seq; readonly chunks: readonly Chunk[] } | null;
}

const NOTHING: Contents = { chunks: [], taken: null };

const isEmpty = (step: Step | undefined): boolean => !step?.change || step.change.size === 0;

const sizeOf = (chunks: readonly Chunk[]): number => chunks.reduce((sum, { count }) => sum + count, 0);

/** What is not as large as the trace says is not understood: its number is all that is told. */
function checked(contents: Contents, size: number): Contents {
  if (sizeOf(contents.chunks) === size) return contents;
  return { ...contents, chunks: size === 0 ? [] : [{ values: null, from: 0, count: size }] };
}

function take(
  chunks: readonly Chunk[],
  count: number,
): { readonly taken: readonly Chunk[]; readonly rest: readonly Chunk[] } {
  const taken: Chunk[] = [];
  let left = count;
  let i = 0;
  for (; left > 0; i += 1) {
    const chunk = chunks[i];
    if (!chunk) break;
    if (chunk.count > left) {
      taken.push({ ...chunk, count: left });
      const rest = { ...chunk, from: chunk.from + left, count: chunk.count - left };
      return { taken, rest: [rest, ...chunks.slice(i + 1)] };
    }
    taken.push(chunk);
    left -= chunk.count;
  }
  return { taken, rest: chunks.slice(i) };
}

function valuesOf({ values, from, count }: Chunk): Stored[] {
  return Array.from({ length: count }, (_, i) => values?.[from + i]);
}
