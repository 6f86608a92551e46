import type { RouteId } from '$app/types';

/** An experiment of five minutes on a page of its own: predict, run, look. */
export interface Lab {
  /** As in its address, and in the key of what is kept of it. */
  readonly id: string;
  readonly route: Extract<RouteId, `/labs/${string}`>;
  readonly title: string;
  /** What the experiment answers. */
  readonly question: string;
  /** What somebody does there and gets to see, in a sentence or two. */
  readonly about: string;
}

export const PUSH_PULL: Lab = {
  id: 'push-pull',
  route: '/labs/push-pull',
  title: 'Push and pull',
  question: 'What does a slow consumer do to its source?',
  about:
    'One program, one load, two runs: a source that pushes, and one that is asked. Guess how much will wait, slow the packer, and look.',
};

export const DISPATCHERS: Lab = {
  id: 'dispatchers',
  route: '/labs/dispatchers',
  title: 'Same pipeline, three dispatchers',
  question: 'Who gets which event when one of four consumers is slow?',
  about:
    'Sixty orders, four packers, one of them slow. By demand, to all, or by shelf: guess what the slow one gets, then look at who got what.',
};

export const SKEW: Lab = {
  id: 'skew',
  route: '/labs/skew',
  title: 'One hot key',
  question: 'What does one frequent key do to the partitions, and what helps?',
  about:
    'Drag one key to 60 % of the load: one lane fills, the others idle. Then try more partitions, salt, sums and two stages, and see what each of them breaks.',
};

export const CRASH: Lab = {
  id: 'crash',
  route: '/labs/crash',
  title: 'A crash with a ledger',
  question: 'What does a crash cost, and who decides that?',
  about:
    'Hold a run just before a stage crashes, and say what will be lost, saved once, saved twice. Then let it crash. One line of the program decides: where it acknowledges.',
};

/** In the order of the index. A lab stands here once its page exists; its picture is in `LabPicture`. */
export const LABS: readonly Lab[] = [PUSH_PULL, DISPATCHERS, SKEW, CRASH];
