import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { inOrder, RecordingReader, type RecordingHead, type RecordingTail, type TraceEntry } from 'sluice';
import { UsageError } from './arguments.ts';

/** Entries kept to be put in order: far more than workers are ever apart. */
const WINDOW = 100_000;

/** What a recording says beside its entries. */
export interface ReadRecording {
  readonly head: RecordingHead;
  /** `null`: the file was cut off. */
  readonly tail: RecordingTail | null;
}

/**
 * Reads a recording from its beginning to its end, whatever its length, with memory for some entries.
 *
 * @param onEntries - Gets the entries in order of `seq`, some at a time; `false` ends the reading.
 * @throws {UsageError} when there is no such file. EngineError when it is no recording, or is damaged.
 */
export async function readRecording(
  path: string,
  folder: string,
  onEntries: (entries: readonly TraceEntry[], head: RecordingHead) => Promise<boolean>,
): Promise<ReadRecording> {
  const full = resolve(folder, path);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (!stats)
    throw new UsageError(
      `Cannot replay ${path} as there is no such file`,
      'Record one: npx sluice run PROGRAM.ts --trace out.jsonl',
    );
  if (stats.isDirectory())
    throw new UsageError(
      `Cannot replay ${path} as it must be a file: received a folder`,
      'Name the recording in it.',
    );
  let waiting: TraceEntry[] = [];
  const reader = new RecordingReader((entry) => waiting.push(entry));
  try {
    for await (const piece of createReadStream(full, 'utf8')) {
      reader.push(String(piece));
      if (waiting.length < 2 * WINDOW || reader.head === null) continue;
      const sorted = inOrder(waiting);
      waiting = sorted.slice(WINDOW);
      if (!(await onEntries(sorted.slice(0, WINDOW), reader.head))) return { head: reader.head, tail: null };
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) {
      throw new UsageError(`Cannot read ${path}: ${error.message}`, 'May this account read it?');
    }
    throw error;
  }
  const read = reader.finish();
  await onEntries(inOrder(waiting), read.head);
  return read;
}
