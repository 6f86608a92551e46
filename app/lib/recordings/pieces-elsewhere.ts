import type { RecordingLimits } from 'sluice';
import type { ToReader } from './reading-worker.ts';
import { recordingPieces, type RecordingPiece } from './recording-pieces.ts';

/**
 * Reads a file on a thread of its own, so that the page has only what comes of it to care for; here, where none can be had.
 * The thread ends when nobody takes more.
 */
export async function* piecesElsewhere(file: Blob, limits: RecordingLimits): AsyncGenerator<RecordingPiece> {
  const worker = readingWorker();
  if (worker === null) return yield* recordingPieces(file, limits);
  try {
    const arrived = new Arrivals();
    worker.onmessage = ({ data }: MessageEvent<RecordingPiece>) => arrived.add(data);
    worker.onerror = ({ message }) => arrived.add(brokenBy(message));
    worker.onmessageerror = () => arrived.add(brokenBy('and what it has read did not arrive'));
    tell(worker, { type: 'read', file, limits });
    for (;;) {
      const piece = await arrived.next();
      tell(worker, { type: 'taken' });
      yield piece;
      if (piece.type === 'end' || piece.type === 'failed') return;
    }
  } finally {
    worker.terminate();
  }
}

function readingWorker(): Worker | null {
  if (typeof Worker === 'undefined') return null;
  try {
    return new Worker(new URL('./reading-worker.ts', import.meta.url), { type: 'module' });
  } catch {
    return null;
  }
}

function tell(worker: Worker, message: ToReader): void {
  worker.postMessage(message);
}

function brokenBy(why: string): RecordingPiece {
  return {
    type: 'failed',
    message: `Cannot read the file: the thread that reads it has ended${why && `, ${why}`}`,
    hint: 'Load the page anew, and open the file again.',
  };
}

/** What has come and nobody has taken yet. */
class Arrivals {
  readonly #pieces: RecordingPiece[] = [];
  #wake: () => void = () => undefined;

  add(piece: RecordingPiece): void {
    this.#pieces.push(piece);
    this.#wake();
  }

  async next(): Promise<RecordingPiece> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece) return piece;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
