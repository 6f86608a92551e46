import { EngineError } from '../errors.ts';
import type { WorkerId } from '../ids.ts';
import type { Bell } from './bell.ts';

/** Bells lie this far apart, so that those who ring different ones do not share a line of their caches. */
const WORDS_APART = 16;

const { add, load, notify, wait } = Atomics;
/** Not in every browser: then nobody waits without blocking, and the port of a line calls instead (SAB-4). */
const waitLater = 'waitAsync' in Atomics ? Atomics.waitAsync : null;

/** Whether a worker can be called by its bell while its event loop goes on. */
export const CAN_WAIT_LATER = waitLater !== null;

/** Memory for the bells of so many workers. */
export function bellMemory(workers: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Math.max(1, workers) * WORDS_APART * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * The bell of one worker in memory that all share.
 *
 * @throws {EngineError} `bell_missing` when the memory has none for that worker.
 */
export function sharedBell(memory: SharedArrayBuffer, worker: WorkerId): Bell {
  const words = new Int32Array(memory);
  const at = worker * WORDS_APART;
  if (!Number.isInteger(at) || at < 0 || at >= words.length) {
    throw new EngineError('bell_missing', { worker, bells: words.length / WORDS_APART });
  }
  return {
    get rung() {
      return load(words, at);
    },
    ring() {
      add(words, at, 1);
      notify(words, at);
    },
    wait: (rung, ms) => wait(words, at, rung, ms) !== 'timed-out',
    whenRung(rung, then) {
      const waiting = waitLater?.(words, at, rung);
      if (!waiting) return;
      if (waiting.async) void waiting.value.then(then);
      else void Promise.resolve().then(then);
    },
  };
}
