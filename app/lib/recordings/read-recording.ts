import { EngineError, inOrder, MergedTrace, RecordingReader, type Recording, type TraceEntry } from 'sluice';
import { Breaths } from './breaths.ts';

/** What a page opens; the command line reads recordings of any length. Memory: about 250 bytes per entry. */
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

/** Bytes that are taken from the file at once: while one piece is read, the next is on its way. */
const PIECE_BYTES = 4_000_000;
/** Bytes that are read at once: a few milliseconds, and little enough to stay in a processor's cache. */
const SLICE_BYTES = 128_000;
/**
 * Entries that are read and not shown yet: what a worker was late to tell is sorted in among them, so that nothing changes in
 * what is shown.
 */
const HELD_BACK = 65_536;
/** Files up to this size are read before anybody could look at a part. */
const SHORT_BYTES = 8_000_000;
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
    return { ok: true, recording: await read(file, breaths, { onPart, signal }) };
  } catch (error) {
    if (error instanceof EngineError) return { ok: false, message: error.message, hint: error.hint };
    const why = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      message: `Cannot read the file: ${why}`,
      hint: 'Is it still where it was, and may the browser read it?',
    };
  } finally {
    breaths.end();
  }
}

interface Waiting {
  readonly onPart: (part: Part) => void;
  readonly signal: AbortSignal | undefined;
}

async function read(file: Blob, breaths: Breaths, { onPart, signal }: Waiting): Promise<Recording> {
  const trace = new MergedTrace(LIMITS.maxEntries);
  let fresh: TraceEntry[] = [];
  const reader = new RecordingReader((entry) => fresh.push(entry), LIMITS);
  const entries = (): readonly TraceEntry[] => {
    trace.add(inOrder(fresh));
    fresh = [];
    return trace.entries;
  };
  let partDueMs = file.size > SHORT_BYTES ? 0 : Infinity;
  const decoder = new TextDecoder();
  for await (const { bytes, share } of pieces(file)) {
    for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
      reader.push(decoder.decode(bytes.subarray(from, from + SLICE_BYTES), { stream: true }));
      await breaths.take();
      signal?.throwIfAborted();
      if (reader.head === null || performance.now() < partDueMs) continue;
      const begunMs = performance.now();
      onPart({ recording: { ...reader.head, entries: entries().slice(0, -HELD_BACK), tail: null }, share });
      await breaths.take();
      const costMs = performance.now() - begunMs;
      partDueMs = performance.now() + Math.max(LEAST_BETWEEN_PARTS_MS, PART_COST * costMs);
    }
  }
  reader.push(decoder.decode());
  const { head, tail } = reader.finish();
  return { ...head, entries: entries(), tail };
}

/** The file in pieces, and how much of it has come with each. */
async function* pieces(file: Blob): AsyncGenerator<{ readonly bytes: Uint8Array; readonly share: number }> {
  const bytesFrom = (from: number) => file.slice(from, from + PIECE_BYTES).arrayBuffer();
  let next = bytesFrom(0);
  for (let from = 0; from < file.size; from += PIECE_BYTES) {
    const bytes = await next;
    const to = Math.min(from + PIECE_BYTES, file.size);
    next = bytesFrom(to);
    // Its failure is told when it is waited for, and nobody's business where it is not.
    next.catch(() => undefined);
    yield { bytes: new Uint8Array(bytes), share: to / file.size };
  }
}
