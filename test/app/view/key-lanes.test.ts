import { describe, expect, it } from 'vitest';
import { consumer, partitionDispatcher, pipeline, planOf, producer, runVirtual } from 'sluice';
import { KeyLanes } from '$lib/view/key-lanes.ts';

const CITIES = ['ATL', 'LAX', 'ORD', 'DFW', 'DEN'];

async function partitioned() {
  const flights = producer({
    init: () => 0,
    handleDemand: (demand, next) => ({
      events: Array.from({ length: demand }, (_, i) => ({
        origin: CITIES[(next + i) % 5] ?? '',
        n: next + i,
      })),
      state: next + demand,
    }),
    dispatcher: partitionDispatcher({
      partitions: ['a', 'b'],
      hash: (one: { origin: string }) => [one, one.origin < 'DF' ? 'a' : 'b'],
    }),
  });
  const save = consumer({ handleEvents: () => {} });
  const program = pipeline(({ start, subscribe }) => {
    const source = start('flights', flights);
    for (const partition of ['a', 'b'])
      subscribe(start(`save ${partition}`, save), { to: source, partition, maxDemand: 6 });
  });
  return runVirtual(planOf(program), { seed: 1, entryBudget: 300 });
}

describe('KeyLanes', () => {
  it('puts every key that was sent on one lane, and on one only', async () => {
    const { plan, entries } = await partitioned();
    const lanes = new KeyLanes(plan);
    lanes.update(entries);
    const keys = plan.subscriptions.flatMap(({ id }) =>
      lanes.keys(id, entries.length).map(({ label }) => label),
    );
    expect(keys.toSorted()).toEqual(CITIES.toSorted());
  });

  it('knows at a moment what had gone by then, also after late entries', async () => {
    const { plan, entries } = await partitioned();
    const whole = new KeyLanes(plan);
    whole.update(entries);
    const late = new KeyLanes(plan);
    late.update(entries.filter((_, i) => i !== 30));
    late.update(entries);
    for (const { id } of plan.subscriptions) {
      expect(whole.keys(id, 0)).toEqual([]);
      for (let n = 0; n < entries.length; n += 10) expect(late.keys(id, n)).toEqual(whole.keys(id, n));
    }
  });
});
