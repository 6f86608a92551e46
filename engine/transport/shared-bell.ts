import type { Bell } from './bell.ts';

const { add, load, notify, wait } = Atomics;
/** Not in every browser: then nobody waits without blocking, and the port of a line calls instead (SAB-4). */
const waitLater = 'waitAsync' in Atomics ? Atomics.waitAsync : null;

/** Whether a worker can be called by its bell while its event loop goes on. */
export const CAN_WAIT_LATER = waitLater !== null;

/** The bell of a worker, in memory that all share who may ring it. */
export function sharedBell(memory: SharedArrayBuffer): Bell {
  const word = new Int32Array(memory);
  return {
    get rung() {
      return load(word, 0);
    },
    ring() {
      add(word, 0, 1);
      notify(word, 0);
    },
    wait: (rung, ms) => wait(word, 0, rung, ms) !== 'timed-out',
    whenRung(rung, then) {
      const waiting = waitLater?.(word, 0, rung);
      if (!waiting) return;
      if (waiting.async) void waiting.value.then(then);
      else void Promise.resolve().then(then);
    },
  };
}
