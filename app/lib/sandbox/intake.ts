/** Entries that are taken in for one frame: reading, checking and sorting them in takes a few milliseconds. */
const FRAME_ENTRIES = 600;

/** Entries of one report. Two for each of four workers may be under way when a frame begins. */
export const REPORT_ENTRIES = 200;

/** Between two frames of most displays. */
const FRAME_MS = 1_000 / 60;

/** A frame that is late takes in what those would have that it stands for, up to so many: where all are late, the run still goes on. */
const MOST_FRAMES = 4;

/** A page that is not seen has no frames: it goes on by the clock, ms. */
const WITHOUT_FRAME_MS = 250;

/** A report that waits to be answered, with what it brought: the next is expected to bring as much. */
interface Waiting {
  readonly count: number;
  readonly answer: () => void;
}

/**
 * How much of a run at full speed the page takes in: so many entries for each frame, which leaves the rest of it to what moves.
 * A report beyond that is answered in a later frame, and its worker tells no more until then (RUN-7): what it has recorded waits
 * there, and nothing is lost. What goes slowly is answered at once.
 */
export class Intake {
  readonly #perFrame: number;
  /** What may still be taken before the next frame; below 0 where more has come. */
  #left: number;
  #waiting: Waiting[] = [];
  #cancelNext: (() => void) | null = null;
  /** When the next frame was asked for. */
  #askedMs = 0;

  constructor(perFrame: number = FRAME_ENTRIES) {
    this.#perFrame = perFrame;
    this.#left = perFrame;
  }

  /**
   * Entries of a report have been taken in.
   *
   * @returns When its worker may go on, where that is not at once.
   */
  take(count: number): Promise<void> | undefined {
    // Nothing moves on a page that nobody sees.
    if (document.hidden) return this.stop();
    this.#left -= count;
    if (this.#cancelNext === null) this.#ask();
    if (this.#left > 0 && this.#waiting.length === 0) return undefined;
    return new Promise((answer) => this.#waiting.push({ count, answer }));
  }

  /** Answers all: nobody minds any more how long a frame takes. */
  stop(): undefined {
    this.#cancelNext?.();
    this.#cancelNext = null;
    this.#left = this.#perFrame;
    for (const { answer } of this.#waiting.splice(0)) answer();
  }

  #next(): void {
    this.#cancelNext = null;
    const frames = Math.round((performance.now() - this.#askedMs) / FRAME_MS);
    const more = this.#perFrame * Math.min(Math.max(frames, 1), MOST_FRAMES);
    this.#left = Math.min(this.#left + more, more);
    let expected = 0;
    while (expected < this.#left) {
      const next = this.#waiting.shift();
      if (!next) break;
      expected += next.count;
      next.answer();
    }
    if (this.#waiting.length > 0 || this.#left < this.#perFrame) this.#ask();
  }

  #ask(): void {
    this.#askedMs = performance.now();
    this.#cancelNext = beforeNextFrame(() => this.#next());
  }
}

/** @returns Cancels it. */
function beforeNextFrame(act: () => void): () => void {
  const cancel = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const once = (): void => {
    cancel();
    act();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, WITHOUT_FRAME_MS);
  return cancel;
}
