/** What a program of the bench says on the console, for whoever measures it: when it began, and what it came to when. */
import type { Latencies } from './latencies.ts';

export interface Said extends Partial<Latencies> {
  readonly begunMs?: number;
  readonly result?: number;
  readonly foundMs?: number;
}

/** A number of the program's own address. */
export function parameter(name: string, address: string = import.meta.url): number {
  return Number(new URL(address).searchParams.get(name));
}

/** Says that a stage begins now. */
export function begun(): void {
  console.log({ begunMs: nowMs() });
}

/** A part of the result, and when it was there. */
export function found(result: number): Said {
  return { result, foundMs: nowMs() };
}

/** What of that is in a value that was printed. */
export function saidIn(value: unknown): Said {
  return typeof value === 'object' && value !== null ? value : {};
}

/** The same clock on every thread. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
