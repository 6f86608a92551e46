/** What a source sends itself when something has come for it from outside of the run. */
export const ARRIVED: unique symbol = Symbol('arrived');

/** Whether a message says that something has come. */
export function isArrival(message: unknown): boolean {
  return message === ARRIVED;
}
