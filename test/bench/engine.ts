import {
  Flow,
  consumer,
  demandMode,
  pipeline,
  producer,
  producerConsumer,
  range,
  runLocal,
  self,
  type DispatcherSpec,
  type LocalRun,
  type LocalRunOptions,
  type PipelineBuilder,
  type ProducerConsumer,
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

/** Stages between the source and the sum of a chain. */
interface Between<Value> {
  readonly first: ProducerConsumer<void, number, Value>;
  readonly kept: ProducerConsumer<void, Value, Value>;
  readonly last: ProducerConsumer<void, Value, number>;
}

/** How a chain is run. `use` gets the run as soon as it goes. */
export interface ChainOptions extends LocalRunOptions {
  readonly demand?: Demand;
  readonly use?: (run: LocalRun) => void;
}

/** The chain of integers as a program writes it: map → filter → map → sum, each a stage with a callback of its own. */
export function integerChain(events: number, options?: ChainOptions): Promise<number> {
  const first = producerConsumer({
    handleEvents: (batch: number[]) => ({ events: batch.map((n) => n + 1) }),
  });
  const kept = producerConsumer({
    handleEvents: (batch: number[]) => ({ events: batch.filter((n) => n % 3 !== 0) }),
  });
  const last = producerConsumer({ handleEvents: (batch: number[]) => ({ events: batch.map((n) => n * 2) }) });
  return runChain(events, { first, kept, last }, options);
}

/** The same of any steps, by definitions that a program uses in many places. */
export function chain<Value>(
  events: number,
  { first, keeps, last }: ChainSteps<Value>,
  options?: ChainOptions,
): Promise<number> {
  return runChain(events, { first: mapping(first), kept: filtering(keeps), last: mapping(last) }, options);
}

/** The chain as a flow: its operators are fused into one loop. */
export async function flowChain<Between>(
  events: number,
  { first, keeps, last }: ChainSteps<Between>,
): Promise<number> {
  const sums = await Flow.from(range(0, events - 1), { stages: 1 })
    .map(first)
    .filter(keeps)
    .map(last)
    .reduce(
      () => 0,
      (sum, n) => sum + n,
    )
    .emit('state')
    .toArray();
  return sums.reduce((total, sum) => total + sum, 0);
}

async function runChain<Value>(
  events: number,
  between: Between<Value>,
  { demand = {}, use, ...options }: ChainOptions = {},
): Promise<number> {
  const sum: Sum = { total: 0 };
  const plan = pipeline(({ start, subscribe }) => {
    const source = start('integers', integers(events));
    const first = start('first', between.first);
    const kept = start('filter', between.kept);
    const last = start('last', between.last);
    const end = start('sum', adding, sum);
    subscribe(first, { to: source, ...demand });
    subscribe(kept, { to: first, ...demand });
    subscribe(last, { to: kept, ...demand });
    subscribe(end, { to: last, ...demand });
  });
  const run = runLocal(plan, options);
  use?.(run);
  await run.done;
  return sum.total;
}
