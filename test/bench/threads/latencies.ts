/** How long single events took, µs. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

/**
 * What single events took, of the second half: the first one is what the code needs to be compiled.
 *
 * @param tookMs - In the order they went.
 */
export function latencies(tookMs: readonly number[]): Latencies {
  const sorted = tookMs.slice(Math.floor(tookMs.length / 2)).sort((a, b) => a - b);
  const at = (part: number) => (sorted[Math.floor(part * (sorted.length - 1))] ?? NaN) * 1_000;
  return { p50: at(0.5), p99: at(0.99) };
}
