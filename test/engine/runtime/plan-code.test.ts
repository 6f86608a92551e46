import { describe, expect, it } from 'vitest';
import { consumer, Flow, fromIterable, parsePlan, pipeline, viewOfPlan } from 'sluice';
import { codeOfPlan } from '../../../engine/runtime/plan-code.ts';

const isHere = (script: string) => script.endsWith('plan-code.test.ts');

const lineOf = (place: string | undefined) => Number(place?.split(':')[0]);

describe('codeOfPlan()', () => {
  it('says where stages are defined and started, and where the operators of a flow are written', () => {
    const base = lineOf(new Error().stack?.split('\n')[1]?.match(/(\d+:\d+)\)?$/)?.[1]);
    const source = fromIterable([1, 2, 3]); // base + 1
    const printer = consumer({ handleEvents: () => undefined }); // base + 2
    const flow = Flow.from([1, 2, 3]) // base + 3
      .map((n) => n + 1) // base + 4
      .partition({ stages: 2, key: (n) => n }) // base + 5
      .reduce(
        () => 0, // reduce: base + 6
        (sum, n) => sum + n,
      );
    const plan = pipeline(({ start, subscribe }) => {
      const made = start('source', source); // base + 11
      subscribe(start('printer', printer), { to: made }); // base + 12
      start('sums', flow); // base + 13
    });
    const { stages } = codeOfPlan(plan, isHere);
    const lines = (id: string) => {
      const { started, defined, operators } = stages[id] ?? {};
      return {
        started: lineOf(started) - base,
        defined: lineOf(defined) - base,
        operators: operators?.map((place) => lineOf(place) - base),
      };
    };
    expect(lines('source')).toEqual({ started: 11, defined: 1, operators: undefined });
    expect(lines('printer')).toEqual({ started: 12, defined: 2, operators: undefined });
    expect(lines('sums/source')).toMatchObject({ started: 13, operators: [3] });
    expect(lines('sums/map 1')).toMatchObject({ started: 13, operators: [4] });
    expect(lines('sums/reduce 2')).toMatchObject({ started: 13, operators: [5, 6] });
    const view = { ...viewOfPlan(plan), code: { stages } };
    const stranger = { started: '1:1' };
    const told = JSON.stringify({ ...view, code: { stages: { ...stages, stranger } } });
    expect(parsePlan(JSON.parse(told))).toEqual(view);
  });

  it('says nothing of what no program has written', () => {
    const plan = pipeline(({ start }) => void start('source', fromIterable([1])));
    expect(codeOfPlan(plan, () => false)).toEqual({ stages: {} });
  });
});
