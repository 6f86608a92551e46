import {
  Flow,
  broadcastDispatcher,
  demandMode,
  self,
  consumer,
  pipeline,
  producer,
  producerConsumer,
  range,
  runLocal,
} from 'sluice';
import type { DispatcherSpec, FlowHandle } from 'sluice';
import { describe, expect, it } from 'vitest';
import { LentBatches } from '#engine/stage/lent-batches.ts';
import { lending } from '#engine/stage/self.ts';

const BATCHES = 40;
const SIZE = 500;
const EVENTS = BATCHES * SIZE;
const TOTAL = (EVENTS * (EVENTS - 1)) / 2;

/** The integers from 0, once all consumers are there, in arrays that it lends; says how many arrays it has had to make. */
function lender(consumers: number, dispatcher?: DispatcherSpec) {
  let missing = consumers;
  const made = { arrays: 0 };
  const definition = producer<number, number>({
    init: () => 0,
    ...(dispatcher && { dispatcher }),
    demand: 'accumulate',
    handleSubscribe: () => {
      missing -= 1;
      if (missing === 0) demandMode(self(), 'forward');
    },
    handleDemand: (demand, next) => {
      if (next >= EVENTS) return { stop: 'normal' };
      const size = Math.min(demand, EVENTS - next);
      const spare = lending().spare(size);
      if (!spare) made.arrays += 1;
      const events = spare ?? new Array<number>(size);
      for (let i = 0; i < size; i++) events[i] = next + i;
      lending().lend(events);
      return { events, state: next + size };
    },
  });
  return { made, definition };
}

const passing = (look: (events: number[]) => void) =>
  producerConsumer<number, number>({
    handleEvents: (events) => {
      look(events);
      return { events };
    },
  });

/** Runs stages between a lender and layers that add up; says what these come to, and how many arrays were made. */
async function sumsOf({
  dispatcher,
  layers = 1,
  between,
}: {
  readonly dispatcher?: DispatcherSpec;
  readonly layers?: number;
  readonly between?: (events: number[]) => void;
}) {
  const sums: number[] = [];
  const { made, definition } = lender(between ? 1 : layers, dispatcher);
  const plan = pipeline(({ start, subscribe }) => {
    const source = start('source', definition);
    let upstream: FlowHandle<number> = source;
    if (between) {
      const stage = start('between', passing(between));
      subscribe(stage, { to: source });
      upstream = stage;
    }
    const flow = Flow.fromStages([upstream], { stages: layers }).reduce(
      () => 0,
      (total, n) => total + n,
    );
    const end = consumer<number>({ handleEvents: (events) => void sums.push(...events) });
    subscribe(start('end', end), { to: start('adding', flow.emit('state')), cancel: 'transient' });
  });
  await runLocal(plan).done;
  return { sums, arrays: made.arrays };
}

describe('lending()', () => {
  it('fills the arrays again that a layer has read', async () => {
    const { sums, arrays } = await sumsOf({});
    expect(sums).toEqual([TOTAL]);
    // The first demand, one more that comes while that is read, and the last rest.
    expect(arrays).toBeLessThan(5);
  });

  it('leaves a stage of a program the arrays it was sent, whomever it has passed them on to', async () => {
    const kept: number[][] = [];
    const { sums } = await sumsOf({ between: (events) => void kept.push(events) });
    expect(sums).toEqual([TOTAL]);
    expect(kept.flat()).toEqual([...range(0, EVENTS - 1)]);
  });

  it('lends nothing where a dispatcher may send an array to several consumers', async () => {
    const { sums, arrays } = await sumsOf({ dispatcher: broadcastDispatcher(), layers: 2 });
    expect(sums).toEqual([TOTAL, TOTAL]);
    expect(arrays).toBeGreaterThanOrEqual(BATCHES - 1);
  });

  it('shares the events of a source out among layers all the same', async () => {
    const { sums } = await sumsOf({ layers: 3 });
    expect(sums.reduce((total, one) => total + one, 0)).toBe(TOTAL);
  });

  it('leaves a batch alone that a layer emits as it is', async () => {
    const events = await Flow.from(range(0, EVENTS - 1), { stages: 1 })
      .mapBatch((batch) => batch)
      .toArray();
    expect(events).toEqual([...range(0, EVENTS - 1)]);
  });
});

describe('LentBatches', () => {
  const ofSize = (size: number) => new Array<number>(size).fill(0);

  it('has what was given back by whom it was lent to, and only that', () => {
    const batches = new LentBatches();
    const [batch, strange] = [ofSize(100), ofSize(100)];
    batches.lend('source', batch);
    batches.giveBack('source', strange);
    expect(batches.spare(100)).toBeNull();
    batches.giveBack('source', batch);
    expect(batches.spare(100)).toBe(batch);
    expect(batches.spare(100)).toBeNull();
  });

  it('forgets a batch that comes back by another stage', () => {
    const batches = new LentBatches();
    const batch = ofSize(100);
    batches.lend('source', batch);
    batches.giveBack('between', batch);
    batches.giveBack('source', batch);
    expect(batches.spare(100)).toBeNull();
  });

  it('takes a batch back once, gives no array of another length, and forgets what does not come back', () => {
    const batches = new LentBatches();
    const batch = ofSize(100);
    batches.lend('source', batch);
    batches.giveBack('source', batch);
    batches.giveBack('source', batch);
    expect(batches.spare(99)).toBeNull();
    expect(batches.spare(100)).toBeNull();
    const late = ofSize(100);
    batches.lend('source', late);
    for (let i = 0; i < 8; i++) batches.lend('source', ofSize(100));
    batches.giveBack('source', late);
    expect(batches.spare(100)).toBeNull();
  });
});
