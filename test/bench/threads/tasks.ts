import { countByHand } from '../text.ts';
import { hash } from './hash.ts';

/** What the workers of other libraries are asked for: a task per batch. */
export const TASKS = {
  hashAll: (numbers: readonly number[]): readonly number[] => numbers.map(hash),
  countAll: (lines: readonly string[]): ReadonlyMap<string, number> => countByHand(lines),
};

export type Tasks = typeof TASKS;
