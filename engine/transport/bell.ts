/**
 * What wakes a worker that waits for others: one for each worker, of shared memory where there is any. Who sends rings the
 * bell of the receiver once per batch, after the batch can be read.
 *
 * A worker that is about to wait reads `rung`, looks once more whether anything has come, and then waits for a change of
 * exactly that value: nothing that arrives in between is missed.
 */
export interface Bell {
  /** How often it has been rung, modulo 2³². */
  readonly rung: number;
  /** Rings it. By anybody. */
  ring(): void;
  /**
   * Blocks the thread until it is rung, `ms` at most; at once if it has been since `rung` was read. Only by its owner.
   *
   * @returns Whether it has been rung.
   */
  wait(rung: number, ms: number): boolean;
  /** Calls back in a later turn once it has been rung since `rung` was read. Only by its owner, one at a time. */
  whenRung(rung: number, then: () => void): void;
}
