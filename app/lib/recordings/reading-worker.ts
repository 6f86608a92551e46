import type { RecordingLimits } from 'sluice';
import { reasonOf, recordingPieces, type RecordingPiece } from './recording-pieces.ts';

/** What a page tells the thread that reads for it: first what to read, then how many pieces it has taken. */
export type ToReader =
  | { readonly type: 'read'; readonly file: Blob; readonly limits: RecordingLimits }
  | { readonly type: 'taken' };

/** Pieces that may wait for the page: it is never short of work, nor is memory filled when it falls behind. */
const PIECES_AHEAD = 4;

let waiting = 0;
let resume: () => void = () => undefined;

async function read(file: Blob, limits: RecordingLimits): Promise<void> {
  for await (const piece of recordingPieces(file, limits)) {
    while (waiting >= PIECES_AHEAD) await new Promise<void>((resolve) => (resume = resolve));
    waiting += 1;
    post(piece);
  }
}

function post(piece: RecordingPiece): void {
  self.postMessage(piece, { transfer: piece.type === 'entries' ? buffersIn(piece.blocks) : [] });
}

/** The memory that blocks lie in: it is handed over, not copied. */
function buffersIn(blocks: readonly object[]): ArrayBuffer[] {
  return blocks.flatMap((block) =>
    Object.values(block).flatMap((column: unknown) => {
      if (ArrayBuffer.isView(column)) return column.buffer instanceof ArrayBuffer ? [column.buffer] : [];
      return [];
    }),
  );
}

self.addEventListener('message', ({ data }: MessageEvent<ToReader>) => {
  if (data.type === 'read') {
    // A piece that cannot be handed over is the last one, too.
    read(data.file, data.limits).catch((error: unknown) => post({ type: 'failed', ...reasonOf(error) }));
  } else {
    waiting -= 1;
    resume();
  }
});
