/** Words of shared memory that different workers write lie this far apart: they do not share a line of their caches. */
export const WORDS_APART = 16;
/** What precedes the frames of a ring. */
export const RING_HEADER_BYTES = 4 * WORDS_APART * Int32Array.BYTES_PER_ELEMENT;

/**
 * Bytes of one direction of a line. What crosses is a thousand events per subscription at most, a few tens of kilobytes;
 * what the cache holds is read and written faster than what it does not (SAB-2).
 */
const RING_BYTES = 256 * 1024;

/** What the end of a line has of shared memory. */
export interface LineMemory {
  /** What this end writes to. */
  readonly out: SharedArrayBuffer;
  /** What this end reads from. */
  readonly in: SharedArrayBuffer;
  /** The bell of the worker at the other end. */
  readonly bell: SharedArrayBuffer;
}

/** Memory for the bell of one worker. */
export function bellMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/**
 * Memory for both ends of a line between two workers that have these bells.
 *
 * @returns The end of the first one, then that of the other.
 */
export function lineMemory(
  bell: SharedArrayBuffer,
  otherBell: SharedArrayBuffer,
  bytes = RING_BYTES,
): readonly [LineMemory, LineMemory] {
  const [there, back] = [ringMemory(bytes), ringMemory(bytes)];
  return [
    { out: there, in: back, bell: otherBell },
    { out: back, in: there, bell },
  ];
}

/**
 * Memory of one direction of a line. It never grows: what does not fit takes another way (SAB-2).
 *
 * @param bytes - For frames; a power of two from 64 to 2³⁰, or nobody takes it.
 */
export function ringMemory(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(RING_HEADER_BYTES + bytes);
}
