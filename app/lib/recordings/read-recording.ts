import {
  BlockEntries,
  EngineError,
  inOrder,
  MergedTrace,
  type Recording,
  type RecordingHead,
  type RecordingTail,
  type Seq,
  type TraceEntry,
} from 'sluice';
import { Breaths } from './breaths.ts';
import { piecesElsewhere } from './pieces-elsewhere.ts';
import { reasonOf } from './recording-pieces.ts';

/** What a page opens; the command line reads recordings of any length. Memory: about 130 bytes per entry. */
export const LIMITS = { maxBytes: 400_000_000, maxEntries: 2_000_000, maxStages: 1_000 } as const;

/** What became of a file that was opened. */
export type Opened =
  | { readonly ok: true; readonly recording: Recording }
  /** Why it cannot be shown, and what to do. */
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** What has been read of a long file so far: all of it can be looked at. */
export interface Part {
  readonly recording: Recording;
  /** Of the file, 0 to 1. */
  readonly share: number;
}

/**
 * Entries that are read and not shown yet: what a worker was late to tell is sorted in among them, so that nothing changes in
 * what is shown.
 */
const HELD_BACK = 65_536;
/** Files up to this size are read before anybody could look at a part. */
const SHORT_BYTES = 2_000_000;
/** Showing a part may take a third of the time that it takes to read on. */
const PART_COST = 3;
const LEAST_BETWEEN_PARTS_MS = 250;

/**
 * Reads a file that somebody chose, piece by piece, and lets the page go on in between. Never rejects, and never runs what
 * the file holds.
 *
 * @param onPart - Is told now and then how far a long file is read.
 * @param signal - Nobody waits for it any more: nothing of it is read from then on.
 */
export async function readRecordingFile(
  file: Blob,
  onPart: (part: Part) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Opened> {
  const breaths = new Breaths();
  try {
    if (file.size > LIMITS.maxBytes) {
      throw new EngineError('recording_too_large', { what: 'bytes', limit: LIMITS.maxBytes });
    }
    return await read(file, breaths, { onPart, signal });
  } catch (error) {
    return { ok: false, ...reasonOf(error) };
  } finally {
    breaths.end();
  }
}

interface Waiting {
  readonly onPart: (part: Part) => void;
  readonly signal: AbortSignal | undefined;
}

async function read(file: Blob, breaths: Breaths, { onPart, signal }: Waiting): Promise<Opened> {
  const trace = new GrowingTrace();
  let head: RecordingHead | null = null;
  let tail: RecordingTail | null = null;
  let partDueMs = file.size > SHORT_BYTES ? 0 : Infinity;
  for await (const piece of piecesElsewhere(file, LIMITS)) {
    signal?.throwIfAborted();
    if (piece.type === 'failed') return { ok: false, message: piece.message, hint: piece.hint };
    if (piece.type === 'head') head = piece.head;
    if (piece.type === 'end') tail = piece.tail;
    if (piece.type !== 'entries') continue;
    for (const block of piece.blocks) {
      trace.add(block);
      await breaths.take();
      signal?.throwIfAborted();
    }
    if (head === null || performance.now() < partDueMs) continue;
    const begunMs = performance.now();
    onPart({
      recording: { ...head, entries: trace.entries.slice(0, -HELD_BACK), tail: null },
      share: piece.share,
    });
    await breaths.take();
    const costMs = performance.now() - begunMs;
    partDueMs = performance.now() + Math.max(LEAST_BETWEEN_PARTS_MS, PART_COST * costMs);
  }
  if (head === null) throw new Error('it says nothing');
  return { ok: true, recording: { ...head, entries: trace.entries, tail } };
}

/** Entries in order, however late some of them stand in the file. */
class GrowingTrace {
  readonly #blocks = new BlockEntries();
  readonly #merged = new MergedTrace(LIMITS.maxEntries);
  /** Not yet among the others. */
  #late: TraceEntry[] = [];

  add(block: Parameters<BlockEntries['of']>[0]): void {
    const entries = this.#blocks.of(block);
    // As nearly all blocks: written by one worker, after all that stands before it.
    if (ascendsFrom(this.#merged.lastSeq, entries)) this.#merged.add(entries);
    else for (const entry of entries) this.#late.push(entry);
  }

  get entries(): readonly TraceEntry[] {
    if (this.#late.length > 0) this.#merged.add(inOrder(this.#late));
    this.#late = [];
    return this.#merged.entries;
  }
}

function ascendsFrom(seq: Seq, entries: readonly TraceEntry[]): boolean {
  let last = seq;
  return entries.every((entry) => {
    const ascends = entry.seq >= last;
    last = entry.seq;
    return ascends;
  });
}
