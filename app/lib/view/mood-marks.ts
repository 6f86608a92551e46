import type { StageMood } from './pipeline-view.ts';

/** A mark on a grid of 14 × 14. */
export interface MoodMark {
  readonly path: string;
  readonly filled: boolean;
}

/** One mark per mood, told apart without colour. */
export const MOOD_MARKS: Readonly<Record<StageMood, MoodMark>> = {
  absent: { path: 'M4,7H10', filled: false },
  idle: { path: 'M7,2.5a4.5,4.5 0 1 0 .01,0Z', filled: false },
  busy: { path: 'M3.5,2.5L11.5,7L3.5,11.5Z', filled: true },
  waiting: { path: 'M7,2a5,5 0 1 0 .01,0ZM7,4.2V7L9,8.3', filled: false },
  frozen: { path: 'M7,1.5V12.5M2.2,4.2L11.8,9.8M11.8,4.2L2.2,9.8', filled: false },
  blocked: { path: 'M3,2.5h3v9h-3ZM8,2.5h3v9h-3Z', filled: true },
  ended: { path: 'M2.5,7.5L5.5,10.5L11.5,3.5', filled: false },
  killed: { path: 'M8.5,1L3,8H6.5L5.5,13L11,6H7.5Z', filled: true },
  crashed: { path: 'M3,3L11,11M11,3L3,11', filled: false },
};
