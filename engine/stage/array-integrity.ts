/**
 * Where the realm is shared with a stranger's program, two properties of `Array.prototype` stay writable, as V8 cannot make
 * them constant without slowing down all arrays (RUN-31). They are put back whenever code of the program has returned,
 * before the engine goes on.
 */

/** What they are, as long as nobody has changed them; `null`: nobody looks. */
let shared: unknown[] | null = null;
const { values } = Array.prototype;

/** From now on {@link putArraysBack} does something. */
export function watchArrays(): void {
  shared = Array.prototype;
}

/** Arrays are iterated, and derived from each other, as the language says, whatever a program has done. */
export function putArraysBack(): void {
  if (shared === null || (shared[Symbol.iterator] === values && shared.constructor === Array)) return;
  shared[Symbol.iterator] = values;
  shared.constructor = Array;
}
