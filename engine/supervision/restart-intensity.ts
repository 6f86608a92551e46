/** How many restarts are borne within which time. */
export interface RestartLimits {
  /** Integer >= 0. */
  readonly maxRestarts: number;
  /** Integer >= 0, s. */
  readonly maxSeconds: number;
}

/** OTP's limits unless told otherwise: more than 3 restarts within 5 s are too many. */
export const DEFAULT_LIMITS: RestartLimits = { maxRestarts: 3, maxSeconds: 5 };

/** Counts restarts. Pure: its owner tells the time. As in OTP, time is counted in whole seconds. */
export class RestartIntensity {
  readonly #limits: RestartLimits;
  /** When the restarts that still count took place, s. */
  #restartedAt: readonly number[] = [];

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  /** Restarts that count, the last one included. */
  get recent(): number {
    return this.#restartedAt.length;
  }

  /** Counts one more restart; `false` when it is one too many. */
  allows(nowMs: number): boolean {
    const now = Math.floor(nowMs / 1_000);
    const { maxRestarts, maxSeconds } = this.#limits;
    this.#restartedAt = [...this.#restartedAt, now].filter((then) => now <= then + maxSeconds);
    return this.#restartedAt.length <= maxRestarts;
  }
}
