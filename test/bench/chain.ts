/** What the stages of the chain do: map → filter → map → sum. */
export interface ChainSteps<Between> {
  readonly first: (n: number) => Between;
  readonly keeps: (value: Between) => boolean;
  readonly last: (value: Between) => number;
}

/** The chain as it is measured: of the integers from 0, as many as there are events. */
export const INTEGERS: ChainSteps<number> = {
  first: (n) => n + 1,
  keeps: (n) => n % 3 !== 0,
  last: (n) => n * 2,
};

/** Twice the integers from 1, as many as there are events, less the multiples of 3 among them. */
export function chainSum(events: number): number {
  const left = Math.floor(events / 3);
  return events * (events + 1) - 3 * left * (left + 1);
}

/** The sum of the integers from 0, as many as there are events. */
export function plainSum(events: number): number {
  return (events * (events - 1)) / 2;
}

/** A library's chain, generic in what flows between its steps. */
export type Chain = <Between>(events: number, steps: ChainSteps<Between>) => number | Promise<number>;

/**
 * Runs a library's chain over other types and with other closures, as programs do that use an operator in many places:
 * the compiler can no longer take its call sites to be those of the chain that is measured.
 *
 * @throws {Error} when it comes to a wrong result.
 */
export async function useInManyPlaces(chain: Chain, events: number): Promise<void> {
  for (let again = 0; again < 3; again++) {
    const results = [
      await chain(events, {
        first: (n) => `${n}`,
        keeps: (text) => text !== '',
        last: (text) => text.length,
      }),
      await chain(events, { first: (n) => ({ n }), keeps: ({ n }) => n >= 0, last: ({ n }) => n }),
      await chain(events, { first: (n) => n + 0.5, keeps: (n) => n > 0, last: (n) => n - 0.5 }),
      await chain(events, {
        first: (n) => [n, n],
        keeps: (pair) => pair.length === 2,
        last: (pair) => pair[1] ?? 0,
      }),
    ];
    const rightOnes = [digits(events), plainSum(events), plainSum(events), plainSum(events)];
    if (results.join() !== rightOnes.join()) {
      throw new Error(
        `The chains of many places come to ${results.join()}, where ${rightOnes.join()} is right`,
      );
    }
  }
}

/** Digits of all integers from 0, as many as there are events. */
function digits(events: number): number {
  let sum = 0;
  for (let n = 0; n < events; n++) sum += Math.max(1, Math.floor(Math.log10(n + 0.5)) + 1);
  return sum;
}
