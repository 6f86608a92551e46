import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Flow, runVirtual } from 'sluice';
import { evaluateLoopsWith } from '#engine/flow/loop-code.ts';
import { modelOf } from './flow-model.ts';
import { expectFlowOver, planCollecting, runFlow } from './flow-of.ts';
import { expectFlowRunLaws } from './flow-run-laws.ts';
import type { Program, Value } from './random-flows.ts';
import { programs, restaged, stageSettings, stageless } from './settled-flows.ts';

const seeds = fc.nat({ max: 100_000 });

/** As a multiset: lists of texts in order. */
function multiset(events: readonly Value[]): readonly string[] {
  return events.map((event) => JSON.stringify(event)).sort();
}

/** Programs that make so many events that they would hold up all others. */
function isSmall(program: Program, most = 2_000): boolean {
  return modelOf(program).length <= most;
}

/** As Node evaluates text. */
const evaluated = (code: string): unknown => new Function(`return ${code}`)();

afterEach(() => evaluateLoopsWith(null));

describe('a flow', () => {
  it('gives the same multiset as the same operators on arrays, under any schedule', async () => {
    await fc.assert(
      fc.asyncProperty(programs, seeds, async (program, seed) => {
        fc.pre(isSmall(program));
        const { run, events } = await runFlow(program, seed);
        expectFlowOver(run);
        expect(multiset(events)).toEqual(multiset(modelOf(program)));
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('gives results that do not depend on stages, demand and schedule', async () => {
    await fc.assert(
      fc.asyncProperty(stageless, stageSettings, seeds, async (program, settings, seed) => {
        fc.pre(isSmall(program));
        const first = await runFlow(program, 0);
        const second = await runFlow(restaged(program, settings), seed);
        expect(multiset(second.events)).toEqual(multiset(first.events));
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('keeps to demand, loses nothing and holds no more than its settings allow, in every stage', async () => {
    await fc.assert(
      fc.asyncProperty(programs, seeds, async (program, seed) => {
        fc.pre(isSmall(program, 300));
        const { run } = await runFlow(program, seed, 'full');
        expectFlowRunLaws(run);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('FL-060 FL-179 keeps the order of each key from one source, through any number of partitions', async () => {
    const hop = fc.record({
      stages: fc.integer({ min: 1, max: 4 }),
      maxDemand: fc.integer({ min: 1, max: 6 }),
    });
    const keys = fc.array(fc.nat({ max: 4 }), { maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(keys, fc.array(hop, { maxLength: 3 }), seeds, async (all, hops, seed) => {
        const events = all.map((key, n) => ({ key, n }));
        const source = Flow.from(events, { stages: 1, maxDemand: 3 }).map((event) => event);
        const flow = hops.reduce(
          (before, options) => before.partition({ key: 'key', ...options }).map((event) => event),
          source,
        );
        const results: typeof events = [];
        await runVirtual(planCollecting(flow, results), { seed, entryBudget: 100_000 });
        const byKey = (list: typeof events) => list.toSorted((a, b) => a.key - b.key);
        expect(byKey(results)).toEqual(byKey(events));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('gives the same by generated code as by closures', async () => {
    await fc.assert(
      fc.asyncProperty(programs, seeds, async (program, seed) => {
        fc.pre(isSmall(program, 300));
        evaluateLoopsWith(null);
        const closures = await runFlow(program, seed);
        evaluateLoopsWith(evaluated);
        const generated = await runFlow(program, seed);
        expect(generated.events).toEqual(closures.events);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
