/**
 * Entries that are taken in for one frame, at first and at the least and most: reading, checking, sorting them in and showing what
 * came of them takes a few milliseconds, by the machine and by the program.
 */
const FRAME_ENTRIES = { first: 400, least: 200, most: 1_200 } as const;

/** After a frame that is late, and after one that is not: about one of seventy is late then, where it can be. */
const SLOWER = 0.7;
const QUICKER = 1.005;
/** Longer than this between two frames is late, in frames. */
const LATE_FROM = 1.5;

/** Entries of one report. Two for each of four workers may be under way when a frame begins. */
export const REPORT_ENTRIES = 200;

/** Between two frames of most displays. */
const FRAME_MS = 1_000 / 60;

/** A page that is not seen has no frames: it goes on by the clock, ms. */
const WITHOUT_FRAME_MS = 250;

/** A report that waits to be answered, with what it brought: the next is expected to bring as much. */
interface Waiting {
  readonly count: number;
  readonly answer: () => void;
}

/** How many entries of a frame, at the beginning, at the least and at the most. */
export interface IntakeLimits {
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

/**
 * How much of a run at full speed the page takes in: so many entries for each frame, which leaves the rest of it to what moves.
 * Where frames are late they are fewer, and more again where none is: a page asks for what it can show, as a consumer does.
 * A report beyond that is answered in a later frame, and its worker tells no more until then (RUN-7): what it has recorded waits
 * there, and nothing is lost. What goes slowly is answered at once.
 */
export class Intake {
  readonly #limits: IntakeLimits;
  #perFrame: number;
  /** What may still be taken before the next frame; below 0 where more has come. */
  #left: number;
  #waiting: Waiting[] = [];
  #cancelNext: (() => void) | null = null;
  /** When the next frame was asked for. */
  #askedMs = 0;

  constructor(limits: IntakeLimits = FRAME_ENTRIES) {
    this.#limits = limits;
    this.#perFrame = limits.first;
    this.#left = limits.first;
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
    // Only while somebody waits does it tell of this work whether a frame is late.
    if (this.#waiting.length > 0) this.#adapt((performance.now() - this.#askedMs) / FRAME_MS);
    this.#left = Math.min(this.#left + this.#perFrame, this.#perFrame);
    let expected = 0;
    while (expected < this.#left) {
      const next = this.#waiting.shift();
      if (!next) break;
      expected += next.count;
      next.answer();
    }
    if (this.#waiting.length > 0 || this.#left < this.#perFrame) this.#ask();
  }

  #adapt(frames: number): void {
    const { least, most } = this.#limits;
    const next = this.#perFrame * (frames > LATE_FROM ? SLOWER : QUICKER);
    this.#perFrame = Math.min(Math.max(next, least), most);
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
