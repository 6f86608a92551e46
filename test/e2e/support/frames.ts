import type { Page } from '@playwright/test';

/** Counts the animation frames of a page: a page that is busy draws none. */
export async function countFrames(page: Page): Promise<FrameCounter> {
  const counter = await page.evaluateHandle(() => {
    const times: number[] = [performance.now()];
    const tick = (now: number): void => {
      times.push(now);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    return times;
  });
  return {
    async take() {
      return await counter.evaluate((times) => {
        const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
        const taken = { frames: gaps.length, longestMs: Math.round(Math.max(0, ...gaps)) };
        times.splice(0, times.length - 1);
        return taken;
      });
    },
  };
}

export interface FrameCounter {
  /** Frames since the last time, and the longest wait between two of them. */
  take(): Promise<{ readonly frames: number; readonly longestMs: number }>;
}
