import type { NodePlatform } from '#engine/platform/node.ts';
import { onPlatform, platformOf } from '../threads/on-workers.ts';
import { nowMs } from '../threads/stopwatch.ts';
import type { Contender, Work } from '../work.ts';

const WORKERS = 2;
/** What the table counts as an event is one start. */
const STARTS = 1;
const RUN_MS = 60_000;

export const start: Work = {
  name: 'start',
  title: 'from Run to the first event on two workers; an event is one start',
  events: STARTS,
  time: 'wall',
  runMs: RUN_MS,
  expected: () => STARTS,
  contenders: [
    starting('Sluice, new threads', { reuse: false }),
    starting('Sluice, threads of the run before', { reuse: true }),
  ],
  targets: [],
};

function starting(name: string, options: { readonly reuse: boolean }): Contender {
  let platform: NodePlatform | null = null;
  return {
    name,
    role: 'engine',
    open: () => {
      const opened = (platform = platformOf('start-program', {}, options));
      return async () => opened.close();
    },
    run: async (events) => {
      if (!platform) return NaN;
      const startMs = nowMs();
      const { result, foundMs, processorMs } = await onPlatform(platform, WORKERS);
      return { result, ms: (foundMs - startMs) * events, processorMs: processorMs * events };
    },
  };
}
