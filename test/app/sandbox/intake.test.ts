import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Intake } from '$lib/sandbox/intake.ts';

const FRAME_MS = 16;

/** Entries of a frame: always as many. */
const HUNDRED = { first: 100, least: 100, most: 100 };

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
    const intake = new Intake(HUNDRED);
    expect([intake.take(60), intake.take(39)]).toEqual([undefined, undefined]);
    frame();
    expect(intake.take(99)).toBeUndefined();
  });

  it('takes no more for each frame than it may, whatever comes, and forgets nobody', async () => {
    const { frame } = fakePage();
    const intake = new Intake(HUNDRED);
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

  it('takes in less while frames are late, and more while none is, between its limits', async () => {
    const { frame } = fakePage();
    const intake = new Intake({ first: 100, least: 50, most: 200 });
    let taken = 0;
    const tell = async (): Promise<void> => {
      for (;;) {
        taken += 10;
        await intake.take(10);
      }
    };
    for (let worker = 0; worker < 4; worker += 1) void tell();
    /** Of the last ten of so many frames, on average. */
    const perFrame = async (frames: number, afterMs: (i: number) => number): Promise<number> => {
      let before = taken;
      for (let i = 0; i < frames; i += 1) {
        if (i === frames - 10) before = taken;
        frame(afterMs(i));
        for (let turn = 0; turn < 200; turn += 1) await settled();
      }
      return (taken - before) / 10;
    };
    expect(await perFrame(10, () => 2 * FRAME_MS)).toBeLessThan(80);
    expect(Math.round(await perFrame(20, () => 2 * FRAME_MS))).toBeCloseTo(50, -1);
    expect(Math.round(await perFrame(300, () => FRAME_MS))).toBeCloseTo(200, -1);
    // One that is late costs more than a few that are not give back.
    const afterOne = await perFrame(20, (i) => (i === 5 ? 2 : 1) * FRAME_MS);
    expect(afterOne).toBeGreaterThan(130);
    expect(afterOne).toBeLessThan(160);
  });

  it('waits for no frame once it has rested', () => {
    const { frame } = fakePage();
    const intake = new Intake(HUNDRED);
    void intake.take(10);
    while (frame());
    expect(frame()).toBe(false);
  });

  it('holds nobody back on a page that is not seen, and lets those go on who wait when it is left', async () => {
    const { hide } = fakePage();
    const intake = new Intake(HUNDRED);
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
    const intake = new Intake(HUNDRED);
    let answered = 0;
    for (let i = 0; i < 3; i += 1) void intake.take(150)?.then(() => (answered += 1));
    intake.stop();
    await settled();
    expect(answered).toBe(3);
  });
});
