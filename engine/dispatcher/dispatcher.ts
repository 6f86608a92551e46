import type { SubscriptionId } from '../ids.ts';

/** A batch for one subscription. */
export interface Delivery<T> {
  readonly to: SubscriptionId;
  readonly events: readonly T[];
}

/** What became of the events given to `dispatch`: sent on, and left without demand. */
export interface Dispatched<T> {
  readonly deliveries: readonly Delivery<T>[];
  /** Goes to the producer's buffer. */
  readonly leftover: readonly T[];
}

/** Options of a subscription as they reach a dispatcher. */
export type DispatchOptions = Readonly<Record<string, unknown>>;

/**
 * Decides which consumer gets which events. It is a state and a few answers; the stage does the sending.
 * The numbers it returns are new demand for the producer.
 */
export interface Dispatcher<T> {
  /** A subscription begins; `refused` carries the reason with which it is cancelled instead. */
  subscribe(id: SubscriptionId, options: DispatchOptions): number | { readonly refused: unknown };
  ask(id: SubscriptionId, count: number): number;
  cancel(id: SubscriptionId): number;
  dispatch(events: readonly T[]): Dispatched<T>;
  /** A queued info is due. `true`: the stage handles it now; `false`: the dispatcher keeps it back. */
  info(request: unknown): boolean;
}

/** What a dispatcher may use of its stage. */
export interface DispatcherContext {
  /** Seeded, in [0, 1). */
  random(): number;
  /** A consumer asked for more at once than expected. */
  overMax(id: SubscriptionId, max: number, count: number): void;
}

/** A dispatcher as a definition names it: plain data and a constructor. */
export interface DispatcherSpec {
  /** `demand`, `broadcast` or `partition`. */
  readonly name: string;
  readonly create: (context: DispatcherContext) => Dispatcher<unknown>;
}
