/** A ring of integers as somebody would write it by hand: what shared memory allows, without an engine. */

/** Integers under way at most: as many as a subscription has by default. A power of two. */
const CAPACITY = 1_024;
/** Integers that are published, and taken, at once. */
const BATCH = 500;
const WRITTEN = 0;
const READ = 16;
const FIRST = 32;

export function intRingMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST + CAPACITY) * Int32Array.BYTES_PER_ELEMENT);
}

/** Writes the integers from 0. */
export function writeIntegers(memory: SharedArrayBuffer, events: number): void {
  const words = new Int32Array(memory);
  for (let next = 0; next < events;) {
    const count = Math.min(BATCH, events - next);
    for (
      let read = Atomics.load(words, READ);
      next + count - read > CAPACITY;
      read = Atomics.load(words, READ)
    ) {
      Atomics.wait(words, READ, read);
    }
    for (const end = next + count; next < end; next++) words[FIRST + (next & (CAPACITY - 1))] = next;
    Atomics.store(words, WRITTEN, next);
    Atomics.notify(words, WRITTEN);
  }
}

/** Adds up so many, as they come. */
export function addIntegers(memory: SharedArrayBuffer, events: number): number {
  const words = new Int32Array(memory);
  let sum = 0;
  for (let next = 0; next < events;) {
    let written = Atomics.load(words, WRITTEN);
    for (; written === next; written = Atomics.load(words, WRITTEN)) Atomics.wait(words, WRITTEN, written);
    for (; next < written; next++) sum += words[FIRST + (next & (CAPACITY - 1))] ?? NaN;
    Atomics.store(words, READ, next);
    Atomics.notify(words, READ);
  }
  return sum;
}
