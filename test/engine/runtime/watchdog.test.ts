import { describe, expect, it } from 'vitest';
import { SILENCE_MS, Watchdog } from '../../../engine/runtime/watchdog.ts';

function beats(watchdog: Watchdog, fromMs: number, toMs: number) {
  for (let ms = fromMs; ms <= toMs; ms += 500) {
    const silent = watchdog.beat(ms);
    if (silent) return { ...silent, atMs: ms };
  }
  return null;
}

describe('Watchdog', () => {
  it('names the worker that is silent, and the callback it entered last', () => {
    const watchdog = new Watchdog(500);
    watchdog.watch(0);
    watchdog.watch(1);
    watchdog.entering(1, 'printer', 'handleEvents');
    watchdog.beat(0);
    watchdog.answered(0);
    expect(beats(watchdog, 500, 2_000)).toBeNull();
    watchdog.answered(0);
    expect(watchdog.beat(SILENCE_MS)).toEqual({
      worker: 1,
      waitedMs: SILENCE_MS,
      entered: { stage: 'printer', callback: 'handleEvents' },
    });
  });

  it('leaves a worker alone that has not begun or is not used', () => {
    const watchdog = new Watchdog(500);
    watchdog.watch(0);
    watchdog.forget(0);
    expect(beats(watchdog, 0, 10_000)).toBeNull();
  });

  it('counts from the beginning again after its own side has slept', () => {
    const watchdog = new Watchdog(500);
    watchdog.watch(0);
    watchdog.beat(0);
    expect(watchdog.beat(60_000)).toBeNull();
    expect(beats(watchdog, 60_500, 62_000)).toBeNull();
    expect(watchdog.beat(62_500)).toMatchObject({ worker: 0 });
  });
});
