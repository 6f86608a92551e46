import { describe, expect, it } from 'vitest';
import { RestartIntensity } from '../../../engine/supervision/restart-intensity.ts';

/** Whether each restart, at these seconds, is still allowed. */
function allowed(maxRestarts: number, maxSeconds: number, atSeconds: readonly number[]): readonly boolean[] {
  const intensity = new RestartIntensity({ maxRestarts, maxSeconds });
  return atSeconds.map((seconds) => intensity.allows(seconds * 1_000));
}

describe('RestartIntensity', () => {
  it('GS-226 allows maxRestarts within maxSeconds, and not one more', () => {
    expect(allowed(2, 5, [0, 1, 2])).toEqual([true, true, false]);
    expect(allowed(0, 5, [0])).toEqual([false]);
  });

  it('GS-226 forgets a restart once more than maxSeconds have passed', () => {
    expect(allowed(1, 5, [0, 5])).toEqual([true, false]);
    expect(allowed(1, 5, [0, 6, 12])).toEqual([true, true, true]);
  });

  it('GS-226 counts time in whole seconds, as OTP does', () => {
    expect(allowed(1, 0, [0.1, 0.9])).toEqual([true, false]);
    expect(allowed(1, 0, [0.9, 1.1])).toEqual([true, true]);
  });
});
