import type { Seq } from 'sluice';
import type { Verdict } from '../schema.ts';

/** What a check wanted, what there was, and where to look. */
export interface Finding {
  readonly expected: string;
  readonly got: string;
  readonly at?: Seq | null;
}

export function met({ expected, got, at = null }: Finding): Verdict {
  return { pass: true, expected, got, at };
}

export function unmet({ expected, got, at = null }: Finding): Verdict {
  return { pass: false, expected, got, at };
}

/** `1 event`, `2 events`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
