/**
 * Who does a work: the loop written by hand that all are compared with; arrays handed on by hand, which is what a program's
 * own callbacks cost in an engine; the engine; or another library.
 */
export type Role = 'loop' | 'arrays' | 'engine' | 'peer';

/** A result, and how long it took, where that is not how long the call took. */
export interface Timed {
  readonly result: number;
  /** On the wall. */
  readonly ms: number;
  /** Of all threads together. */
  readonly processorMs: number;
}

/** One way to do a work. */
export interface Contender {
  readonly name: string;
  readonly role: Role;
  /** Does the work for so many events and hands back its result, which is checked. */
  readonly run: (events: number) => number | Timed | Promise<number | Timed>;
  /** Done once before it is measured; what it gives is done after that. */
  readonly open?: () => () => Promise<void>;
}

/** An upper bound on the engine's time, in multiples of another contender's. */
export interface Target {
  /** Name of the contender it is for. */
  readonly for: string;
  readonly atMost: number;
  /** Name of the contender it is compared with. */
  readonly of: string;
}

/** A work that all contenders do alike. */
export interface Work {
  /** What the command line calls it. */
  readonly name: string;
  readonly title: string;
  /** Events of a full run; a slow contender gets fewer. */
  readonly events: number;
  /**
   * What is measured: the processor time that the process takes, which other programs on the machine hardly change; or time
   * on the wall, for works of several threads. Default `processor`.
   */
  readonly time?: 'processor' | 'wall';
  /** How long one run of a slow contender may take, ms: it gets fewer events. Default 60. */
  readonly runMs?: number;
  /** Default 15. */
  readonly rounds?: number;
  /** The one right result, computed by another way than the contenders'. */
  readonly expected: (events: number) => number;
  /** The first one is what the others are compared with. */
  readonly contenders: readonly Contender[];
  readonly targets: readonly Target[];
  /** Done once before anything is measured. */
  readonly prepare?: () => void | Promise<void>;
}
