import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from 'sluice';
import { planFlow } from '#engine/flow/plan.ts';
import { flowOf } from './flow-of.ts';
import { programs } from './settled-flows.ts';

/** A plan without its functions. */
function dataOf(flow: Flow<unknown>) {
  const { stages, subscriptions, ...rest } = planFlow(flow);
  return {
    ...rest,
    stages: stages.map(({ id, arg, definition: { kind, options } }) => ({
      id,
      arg,
      kind,
      dispatcher: options.dispatcher?.name,
      partitions: options.dispatcher?.partitions,
    })),
    subscriptions,
  };
}

describe('the plan of any flow', () => {
  it('is the same whenever it is made', () => {
    fc.assert(
      fc.property(programs, (program) => {
        expect(dataOf(flowOf(program))).toEqual(dataOf(flowOf(program)));
      }),
    );
  });

  it('names every stage once, in a layer, and subscribes it to all of its upstreams once', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { stages, layers, subscriptions, sources, outlets } = dataOf(flowOf(program));
        const ids = stages.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(layers.flatMap((layer) => layer.stages)).toEqual(ids);
        for (const { id, arg, kind } of stages) {
          const made = subscriptions
            .filter(({ consumer }) => consumer === id)
            .map(({ producer }) => producer);
          expect(new Set(made).size).toBe(made.length);
          // Each stage before is in the plan before it.
          for (const producer of made) expect(ids.indexOf(producer)).toBeLessThan(ids.indexOf(id));
          expect(made.length > 0).toBe(kind !== 'producer');
          if (typeof arg === 'object' && arg !== null && 'upstreams' in arg)
            expect(arg.upstreams).toBe(made.length);
          // Events leave every stage: to another, or out of the flow.
          expect(outlets.includes(id) || subscriptions.some(({ producer }) => producer === id)).toBe(true);
        }
        expect(sources).toEqual(stages.filter(({ kind }) => kind === 'producer').map(({ id }) => id));
      }),
    );
  });

  it('gives each partition of a stage to one stage behind it', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { stages, subscriptions, outlets } = dataOf(flowOf(program));
        for (const { id, partitions } of stages) {
          if (!partitions || outlets.includes(id)) continue;
          const taken = subscriptions
            .filter(({ producer }) => producer === id)
            .map(({ options }) => options['partition']);
          expect(taken).toEqual(partitions);
        }
      }),
    );
  });
});
