import type { Sandbox } from './sandbox-frame.ts';

/** How long a spare may take to answer before a new frame is built, ms. */
const ALIVE_WITHIN_MS = 400;

/**
 * Hands out frames, one at a time. There is never a second one: all frames of a page share a process in Chromium, and
 * only when the last of them is gone do its workers end at once, however busy. So the spare for the next run is the frame of
 * this one if that is as it was before; if not, it is built when that has been given back.
 */
export class SpareFrame {
  readonly #open: (number: number) => Promise<Sandbox>;
  #spare: Promise<Sandbox> | null = null;
  #taken: Sandbox | null = null;
  /** Takes one after the other: two that overlap must not get the same frame. */
  #takes: Promise<unknown> = Promise.resolve();
  #built = 0;
  #closed = false;

  /** @param open builds a frame; its number makes its title */
  constructor(open: (number: number) => Promise<Sandbox>) {
    this.#open = open;
  }

  /** Builds the spare if there is none. Whatever goes wrong shows when it is taken. */
  warm(): void {
    if (this.#closed || this.#taken) return;
    this.#spare ??= this.#build();
    this.#spare.catch(() => (this.#spare = null));
  }

  /** A frame that lives, for one use. Gives back the one that was taken before. Rejects if none can be built. */
  take(): Promise<Sandbox> {
    const taken = this.#takes.then(() => this.#take());
    // Who takes hears of the failure; who takes next must not.
    this.#takes = taken.catch(() => undefined);
    return taken;
  }

  /** Ends a frame that was taken, and all its workers, and builds the next spare. */
  giveBack(frame: Sandbox): void {
    frame.remove();
    if (this.#taken !== frame) return;
    this.#taken = null;
    this.warm();
  }

  /** Takes back a frame whose run has ended by itself: the next spare, if its workers are as they were before. */
  keep(frame: Sandbox): void {
    if (this.#taken !== frame) return frame.remove();
    const kept = frame.leave().then((clean) => {
      if (!clean || this.#taken !== frame) return this.giveBack(frame);
      this.#taken = null;
      this.#spare = Promise.resolve(frame);
    });
    // Who takes next gets it, if it may be had.
    this.#takes = Promise.all([this.#takes, kept]);
  }

  /** Removes every frame. No other is built. */
  close(): void {
    this.#closed = true;
    this.#removeTaken();
    // A spare that could not be built needs no removal.
    void this.#spare?.then(
      (frame) => frame.remove(),
      () => undefined,
    );
    this.#spare = null;
  }

  async #take(): Promise<Sandbox> {
    this.#removeTaken();
    this.warm();
    let frame = await this.#spare;
    if (frame && !(await frame.isAlive(ALIVE_WITHIN_MS))) {
      frame.remove();
      frame = null;
    }
    frame ??= await this.#build();
    this.#spare = null;
    this.#taken = frame;
    if (this.#closed) this.#removeTaken();
    return frame;
  }

  #removeTaken(): void {
    this.#taken?.remove();
    this.#taken = null;
  }

  #build(): Promise<Sandbox> {
    this.#built += 1;
    return this.#open(this.#built);
  }
}
