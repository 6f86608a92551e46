import { EngineError, inOrder, RecordingReader, type Recording, type TraceEntry } from 'sluice';

/** What a page opens without a hitch; the command line reads recordings of any length. */
export const LIMITS = { maxBytes: 64_000_000, maxEntries: 200_000, maxStages: 1_000 } as const;

/** What became of a file that was opened. */
export type Opened =
  | { readonly ok: true; readonly recording: Recording }
  /** Why it cannot be shown, and what to do. */
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** Reads a file that somebody chose, piece by piece. Never rejects, and never runs what the file holds. */
export async function readRecordingFile(file: Blob): Promise<Opened> {
  try {
    if (file.size > LIMITS.maxBytes) {
      throw new EngineError('recording_too_large', { what: 'bytes', limit: LIMITS.maxBytes });
    }
    const entries: TraceEntry[] = [];
    const reader = new RecordingReader((entry) => entries.push(entry), LIMITS);
    const pieces = file.stream().pipeThrough(new TextDecoderStream()).getReader();
    for (let next = await pieces.read(); !next.done; next = await pieces.read()) reader.push(next.value);
    const { head, tail } = reader.finish();
    return { ok: true, recording: { ...head, entries: inOrder(entries), tail } };
  } catch (error) {
    if (error instanceof EngineError) return { ok: false, message: error.message, hint: error.hint };
    const why = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      message: `Cannot read the file: ${why}`,
      hint: 'Is it still where it was, and may the browser read it?',
    };
  }
}
