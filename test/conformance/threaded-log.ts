/** Marks a printed line as the log of a callback. */
export const LOG_MARK = 'callback of a recorded stage';

/** A trace keeps 200 characters of a text. */
const CHUNK = 200;

/** A long text in pieces that a trace keeps whole. */
export function chunksOf(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / CHUNK) }, (_, i) =>
    text.slice(i * CHUNK, (i + 1) * CHUNK),
  );
}
