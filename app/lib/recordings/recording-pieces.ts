import {
  blockOf,
  EngineError,
  RecordingReader,
  type EntryBlock,
  type RecordingHead,
  type RecordingLimits,
  type RecordingTail,
  type TraceEntry,
} from 'sluice';

/** What comes of a file, one after the other: what ran, then entries, then how it ended. */
export type RecordingPiece =
  | { readonly type: 'head'; readonly head: RecordingHead }
  /** `share`: of the file that has been read, 0 to 1. */
  | { readonly type: 'entries'; readonly blocks: readonly EntryBlock[]; readonly share: number }
  /** `null`: the file was cut off. */
  | { readonly type: 'end'; readonly tail: RecordingTail | null }
  /** Why it cannot be shown, and what to do; the last one. */
  | { readonly type: 'failed'; readonly message: string; readonly hint: string };

/** Bytes that are taken from the file at once: while one piece is read, the next is on its way. */
const PIECE_BYTES = 1_000_000;
/** Entries that have a line each, as older files hold them, are put together until they are so many. */
const BLOCK_ENTRIES = 1_024;

/** Reads a file piece by piece, wherever that is done, and never runs what it holds. */
export async function* recordingPieces(file: Blob, limits: RecordingLimits): AsyncGenerator<RecordingPiece> {
  let blocks: EntryBlock[] = [];
  let loose: TraceEntry[] = [];
  const putTogether = (): void => {
    if (loose.length > 0) blocks.push(blockOf(loose));
    loose = [];
  };
  const reader = new RecordingReader(
    (entry) => {
      if (loose.push(entry) >= BLOCK_ENTRIES) putTogether();
    },
    limits,
    (block) => blocks.push(block),
  );
  const decoder = new TextDecoder();
  let hasHead = false;
  try {
    for await (const { bytes, share } of bytesOf(file)) {
      reader.push(decoder.decode(bytes, { stream: true }));
      if (reader.head !== null && !hasHead) {
        hasHead = true;
        yield { type: 'head', head: reader.head };
      }
      putTogether();
      yield { type: 'entries', blocks, share };
      blocks = [];
    }
    reader.push(decoder.decode());
    const { head, tail } = reader.finish();
    putTogether();
    if (!hasHead) yield { type: 'head', head };
    yield { type: 'entries', blocks, share: 1 };
    yield { type: 'end', tail };
  } catch (error) {
    yield { type: 'failed', ...reasonOf(error) };
  }
}

/** Why a file cannot be read, and what to do. */
export function reasonOf(error: unknown): { readonly message: string; readonly hint: string } {
  if (error instanceof EngineError) return { message: error.message, hint: error.hint };
  const why = error instanceof Error ? error.message : String(error);
  return {
    message: `Cannot read the file: ${why}`,
    hint: 'Is it still where it was, and may the browser read it?',
  };
}

async function* bytesOf(file: Blob): AsyncGenerator<{ readonly bytes: Uint8Array; readonly share: number }> {
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
