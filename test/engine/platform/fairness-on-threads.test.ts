import { describe, expect, it } from 'vitest';
import { nodePlatform, startOnThreads as start, until } from '../../support/node-runner.ts';

/** Starting threads takes as long as the machine's other work lets it. */
const LONG = { timeout: 120_000 };

/** Six endless pairs of stages: in the first the consumer is slow, and the producer always has more. */
const PAIRS = `
import { consumer, pipeline, producer } from 'sluice';

const endless = producer({
  init: () => 0,
  handleDemand: (demand, next) => ({
    events: Array.from({ length: demand }, (_, i) => next + i),
    state: next + demand,
  }),
});
const slow = consumer({
  handleEvents: () => {
    for (const until = performance.now() + 15; performance.now() < until; );
  },
});
const quick = consumer({ handleEvents: () => undefined });

export default pipeline(({ start, subscribe }) => {
  for (let pair = 0; pair < 6; pair++) {
    const source = start(\`source \${pair}\`, endless);
    subscribe(start(\`sink \${pair}\`, pair === 0 ? slow : quick), { to: source, maxDemand: 10 });
  }
});
`;

describe('more stages than workers', LONG, () => {
  it('all go on, beside one that is slow and others that always have work: 12 stages on 2 threads', async () => {
    const run = start(await nodePlatform(PAIRS), { workers: 2, trace: 'counters' });
    const went = (callbacks: number) =>
      until(run, ({ stages }) => stages.length === 12 && stages.every(({ calls }) => calls >= callbacks));
    const first = await went(20);
    const most = Math.max(...first.stages.map(({ calls }) => calls));
    // Whatever the busiest has done meanwhile, everybody goes as far again.
    const later = await went(40);
    expect(later.stages.filter(({ status }) => status === 'crashed')).toEqual([]);
    expect(Math.max(...later.stages.map(({ calls }) => calls))).toBeGreaterThan(most);
    run.stop();
    await run.done;
  });
});
