/** A frame that takes no longer leaves the page as smooth as it was, ms. */
const CHEAP_MS = 8;
/** How many times what a frame takes longer than that is waited before the next one. */
const REST = 100;
/** Numbers that are read are new about twice a second in any case: one frame of 25 may then be late, and nobody sees it. ms. */
const MOST_REST_MS = 420;

/**
 * Shows what changes all the time: in every frame where that is cheap, and the more seldom the longer it takes, so that nearly
 * all frames stay free for what moves.
 */
export class Pacer {
  readonly #show: () => void;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restUntilMs = -Infinity;

  constructor(show: () => void) {
    this.#show = show;
  }

  /** Something has changed: it is shown in one of the next frames. */
  ask(): void {
    if (this.#frame !== 0 || this.#timer !== undefined) return;
    const restMs = this.#restUntilMs - performance.now();
    if (restMs <= 0) return this.askAtOnce();
    this.#timer = setTimeout(() => this.askAtOnce(), restMs);
  }

  /** Something has changed that nobody should wait for: it is shown in the next frame. */
  askAtOnce(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #paint(): void {
    this.#frame = 0;
    const begunMs = performance.now();
    this.#show();
    // A timer comes after the frame is laid out and painted.
    setTimeout(() => {
      const tookMs = performance.now() - begunMs;
      this.#restUntilMs = begunMs + tookMs + restAfter(tookMs);
    });
  }
}

/** How long nothing is shown after a frame that took so long, ms. */
export function restAfter(tookMs: number): number {
  return Math.min(MOST_REST_MS, REST * Math.max(0, tookMs - CHEAP_MS));
}
