import {
  consumer,
  demandMode,
  pipeline,
  producer,
  producerConsumer,
  runLocal,
  self,
  type DispatcherSpec,
  type LocalRun,
  type LocalRunOptions,
  type Plan,
  type PipelineBuilder,
  type SubscribeOptions,
} from 'sluice';
import type { ChainSteps } from './chain.ts';

/** What a consumer has added up. */
export interface Sum {
  total: number;
}

/** How the stages of a work ask. */
export type Demand = Pick<SubscribeOptions, 'maxDemand' | 'minDemand'>;

/** A source's dispatcher, and how many consumers it waits for before it begins. */
export interface FanOut {
  readonly dispatcher: DispatcherSpec;
  readonly consumers: number;
}

/** The integers from 0, as many as there are events. */
export const integers = (events: number, fanOut?: FanOut) => {
  let missing = fanOut?.consumers ?? 0;
  return producer({
    init: () => 0,
    ...(fanOut && {
      dispatcher: fanOut.dispatcher,
      demand: 'accumulate',
      handleSubscribe: () => {
        missing--;
        if (missing === 0) demandMode(self(), 'forward');
      },
    }),
    handleDemand: (demand, next) => {
      const count = Math.min(demand, events - next);
      const batch = new Array<number>(count);
      for (let i = 0; i < count; i++) batch[i] = next + i;
      return { events: batch, state: next + count };
    },
  });
};

export const mapping = <In, Out>(step: (event: In) => Out) =>
  producerConsumer({ handleEvents: (events: In[]) => ({ events: events.map(step) }) });

export const filtering = <Event>(keeps: (event: Event) => boolean) =>
  producerConsumer({ handleEvents: (events: Event[]) => ({ events: events.filter(keeps) }) });

export const adding = consumer({
  init: (sum: Sum) => sum,
  handleEvents: (events: number[], sum) => {
    let total = 0;
    for (const n of events) total += n;
    sum.total += total;
  },
});

/** Runs a pipeline to its end in this thread; hands back what its consumers have added up. */
export async function sumOf(
  build: (builder: PipelineBuilder, sum: Sum) => void,
  options?: LocalRunOptions,
): Promise<number> {
  const sum: Sum = { total: 0 };
  await runLocal(
    pipeline((builder) => build(builder, sum)),
    options,
  ).done;
  return sum.total;
}

export function passThrough(events: number, demand: Demand = {}): Promise<number> {
  return sumOf(({ start, subscribe }, sum) => {
    subscribe(start('sum', adding, sum), { to: start('integers', integers(events)), ...demand });
  });
}

/** Map → filter → map → sum, a stage each. */
export function chainPlan<Between>(
  events: number,
  { first, keeps, last }: ChainSteps<Between>,
  { sum, demand = {} }: { readonly sum: Sum; readonly demand?: Demand },
): Plan {
  return pipeline(({ start, subscribe }) => {
    const source = start('integers', integers(events));
    const mapped = start('first', mapping(first));
    const kept = start('filter', filtering(keeps));
    const again = start('last', mapping(last));
    const end = start('sum', adding, sum);
    subscribe(mapped, { to: source, ...demand });
    subscribe(kept, { to: mapped, ...demand });
    subscribe(again, { to: kept, ...demand });
    subscribe(end, { to: again, ...demand });
  });
}

/** Runs the chain to its end; `use` gets the run as soon as it goes. */
export async function chain<Between>(
  events: number,
  steps: ChainSteps<Between>,
  { demand = {}, use, ...options }: LocalRunOptions & { demand?: Demand; use?: (run: LocalRun) => void } = {},
): Promise<number> {
  const sum: Sum = { total: 0 };
  const run = runLocal(chainPlan(events, steps, { sum, demand }), options);
  use?.(run);
  await run.done;
  return sum.total;
}
