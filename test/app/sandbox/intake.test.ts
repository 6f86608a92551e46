import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Intake } from '$lib/sandbox/intake.ts';

const FRAME_MS = 16;

/** Lets what was answered go on. */
const settled = (): Promise<void> => Promise.resolve();

/** A page with a frame every 16 ms that somebody sees; `see(false)`: nobody does, and it has no frames. */
function fakePage() {
  let frames: (() => void)[] = [];
  const page = { hidden: false };
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => frames.push(then));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => delete frames[id - 1]);
  return {
    /** @returns Whether anybody had waited for it. */
    frame(afterMs = FRAME_MS): boolean {
      const due = frames;
      frames = [];
      vi.advanceTimersByTime(afterMs);
      for (const each of due) each?.();
      return Object.keys(due).length > 0;
    },
    hide() {
      page.hidden = true;
    },
  };
}

describe('Intake', () => {
  beforeEach(() => void vi.useFakeTimers());

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('answers at once what does not fill a frame', () => {
    const { frame } = fakePage();
    const intake = new Intake(100);
    expect([intake.take(60), intake.take(39)]).toEqual([undefined, undefined]);
    frame();
    expect(intake.take(99)).toBeUndefined();
  });

  it('takes no more for each frame than it may, whatever comes, and forgets nobody', async () => {
    const { frame } = fakePage();
    const intake = new Intake(100);
    let taken = 0;
    let answered = 0;
    /** A worker that always has 40 more to tell. */
    const tell = async (): Promise<void> => {
      for (let report = 0; report < 50; report += 1) {
        taken += 40;
        await intake.take(40);
        answered += 1;
      }
    };
    const workers = [tell(), tell(), tell(), tell()];
    const perFrame: number[] = [];
    for (let i = 0; taken < 4 * 50 * 40 || answered < 200; i += 1) {
      const before = taken;
      frame();
      for (let turn = 0; turn < 20; turn += 1) await settled();
      perFrame.push(taken - before);
    }
    await Promise.all(workers);
    expect(taken).toBe(8_000);
    expect(Math.max(...perFrame)).toBeLessThanOrEqual(120);
    // So it is not slower than it has to be.
    expect(perFrame.length).toBeLessThanOrEqual(8_000 / 100 + 2);
  });

  it('takes more for a frame that is late, and no more than of four', async () => {
    const { frame } = fakePage();
    const intake = new Intake(100);
    let taken = 0;
    const tell = async (): Promise<void> => {
      for (;;) {
        taken += 50;
        await intake.take(50);
      }
    };
    void tell();
    void tell();
    /** Of ten frames, on average. */
    const perFrame = async (ms: number): Promise<number> => {
      const before = taken;
      for (let i = 0; i < 10; i += 1) {
        frame(ms);
        for (let turn = 0; turn < 100; turn += 1) await settled();
      }
      return (taken - before) / 10;
    };
    await perFrame(FRAME_MS);
    for (const [ms, count] of [
      [FRAME_MS, 100],
      [2 * FRAME_MS, 200],
      [200, 400],
    ] as const) {
      expect(Math.abs((await perFrame(ms)) - count), `of ${ms} ms`).toBeLessThanOrEqual(15);
    }
  });

  it('waits for no frame once it has rested', () => {
    const { frame } = fakePage();
    const intake = new Intake(100);
    void intake.take(10);
    while (frame());
    expect(frame()).toBe(false);
  });

  it('holds nobody back on a page that is not seen, and lets those go on who wait when it is left', async () => {
    const { hide } = fakePage();
    const intake = new Intake(100);
    let answered = 0;
    void intake.take(150)?.then(() => (answered += 1));
    hide();
    // No frame comes any more.
    vi.advanceTimersByTime(1_000);
    await settled();
    expect(answered).toBe(1);
    expect(intake.take(1_000)).toBeUndefined();
  });

  it('answers all when it is stopped', async () => {
    fakePage();
    const intake = new Intake(100);
    let answered = 0;
    for (let i = 0; i < 3; i += 1) void intake.take(150)?.then(() => (answered += 1));
    intake.stop();
    await settled();
    expect(answered).toBe(3);
  });
});
