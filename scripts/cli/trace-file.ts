import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import {
  encodeEntries,
  encodeHead,
  encodeTail,
  type RecordingHead,
  type RecordingTail,
  type TraceEntry,
} from 'sluice';

/** Writes a recording while the run goes on. What it cannot write it says once, by `failed`. */
export class TraceFile {
  readonly path: string;
  readonly #stream: WriteStream;
  readonly #failed: (error: Error) => void;
  #error: Error | null = null;
  #entries = 0;
  #hasHead = false;
  /** Resolves once the disk takes more; `null` while it does. */
  #room: Promise<void> | null = null;

  private constructor(path: string, stream: WriteStream, failed: (error: Error) => void) {
    this.path = path;
    this.#stream = stream;
    this.#failed = failed;
    stream.on('error', (error) => {
      if (this.#error) return;
      this.#error = error;
      this.#failed(error);
    });
  }

  /** Begins an empty file; rejects when it cannot be written. */
  static async open(path: string, failed: (error: Error) => void): Promise<TraceFile> {
    const stream = createWriteStream(path);
    await once(stream, 'open');
    return new TraceFile(path, stream, failed);
  }

  /** Entries written. */
  get entries(): number {
    return this.#entries;
  }

  /** The first line, once: what is known before the first entry. */
  begin(head: RecordingHead): void {
    if (this.#hasHead) return;
    this.#hasHead = true;
    this.#stream.write(encodeHead(head));
  }

  /** More entries; resolves once the disk takes more. */
  add(entries: readonly TraceEntry[]): Promise<void> {
    if (entries.length === 0 || this.#error) return Promise.resolve();
    this.#entries += entries.length;
    if (this.#stream.write(encodeEntries(entries))) return Promise.resolve();
    return (this.#room ??= this.#untilRoom());
  }

  /** Several workers wait for the same. */
  #untilRoom(): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        this.#stream.off('drain', over);
        this.#stream.off('error', over);
        this.#room = null;
        resolve();
      };
      this.#stream.on('drain', over);
      this.#stream.on('error', over);
    });
  }

  /** The last line; resolves once everything is on the disk, or could not be written. */
  end(tail: RecordingTail): Promise<void> {
    return new Promise((resolve) => {
      if (this.#error) return resolve();
      this.#stream.on('error', () => resolve());
      this.#stream.end(encodeTail(tail), () => resolve());
    });
  }
}
