/** Rounds of mixing per event: about 20 µs. */
const ROUNDS = 12_000;

/** What the works that are bound by the processor do with an event. */
export function hash(n: number): number {
  let mixed = n | 0;
  for (let round = 0; round < ROUNDS; round++) {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) + round;
  }
  return mixed & 0xffff;
}
