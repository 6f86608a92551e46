import { describe, expect, it } from 'vitest';
import { EngineError, Flow, Window, broadcastDispatcher, producer } from '#engine';
import type { ErrorCode } from '#engine';

const flow = Flow.from([1, 2, 3], { stages: 1 });
const sum = flow.reduce(
  () => 0,
  (total, n) => total + n,
);

const broadcasting = producer({
  dispatcher: broadcastDispatcher(),
  handleDemand: () => ({ events: [1] }),
});

/** Operators as a program in JavaScript may call them. */
interface Loose {
  readonly [operator: string]: (...args: readonly unknown[]) => Loose;
}

/** What the compiler refuses, the engine has to refuse as well. */
function loosely(given: Flow<unknown> | typeof Flow): Loose {
  return given as unknown as Loose;
}

function joined(options: unknown): unknown {
  return loosely(Flow)['boundedJoin']?.(flow, flow, options);
}

function thrown(action: () => unknown): EngineError {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('Flow', () => {
  it('is immutable: an operator answers with another flow', () => {
    const before = JSON.stringify(flow.draft);
    const mapped = flow.map((n) => n);
    expect(mapped).not.toBe(flow);
    expect(JSON.stringify(flow.draft)).toBe(before);
    expect(flow.draft.operations).toEqual([]);
    expect(mapped.draft.operations.map(({ type }) => type)).toEqual(['map']);
  });

  it('FL-001 reads one iterable as it reads several', () => {
    const specsOf = ({ draft: { origin } }: Flow<unknown>) =>
      origin.type === 'sources' ? origin.specs.length : 0;
    expect(specsOf(Flow.from([1]))).toBe(1);
    expect(specsOf(Flow.fromIterables([[1], [2]]))).toBe(2);
  });

  it('names the operator, what it must be and what came', () => {
    expect(thrown(() => loosely(flow)['reduce']?.(0, () => 0)).message).toBe(
      'Cannot use reduce as the first state must be a function: received 0',
    );
    expect(thrown(() => sum.map((n) => n)).message).toBe(
      'Cannot use map as it must come before the reduction of its layer: received it behind reduce',
    );
    expect(thrown(() => loosely(sum)['emit']?.('sate')).message).toBe(
      'Cannot use emit as it must get "events", "state" or "nothing": received "sate"; did you mean "state"?',
    );
  });

  it.each<readonly [said: string, misuse: () => unknown]>([
    ['emit as it must get "events", "state" or "nothing": received 3', () => loosely(sum)['emit']?.(3)],
    [
      'reduce as a layer must have one reduction: received it behind groupBy',
      () => flow.groupBy(Number).reduce(() => 0, Number),
    ],
    [
      'onTrigger as a layer must say once what it emits: received it behind emit',
      () => sum.emit('state').onTrigger(() => ({})),
    ],
    [
      'dispatcher of Flow.from as it must be left out where a producer has one of its own: received "broadcast"',
      () => Flow.from(broadcasting, { dispatcher: broadcastDispatcher() }),
    ],
    ['Flow.boundedJoin as leftKey must be a function', () => joined({ ...join, leftKey: 'id' })],
    ['Flow.boundedJoin as rightKey must be a function', () => joined({ ...join, rightKey: 'id' })],
    ['Flow.boundedJoin as join must be a function', () => joined({ ...join, join: undefined })],
    ['"fullOuter": received "iner"; did you mean "inner"?', () => joined({ ...join, mode: 'iner' })],
    ['"fullOuter": received 3', () => joined({ ...join, mode: 3 })],
    [
      'Window.session in Flow.windowJoin as its key must be a function: received undefined',
      () => Flow.windowJoin(flow, flow, { ...join, window: Window.session(1, 'second', (n: number) => n) }),
    ],
    [
      'stages as intoStages may only have dispatcher',
      () => loosely(flow)['intoStages']?.(['a'], { stages: 2 }),
    ],
    ['intoStages as it must get', () => loosely(flow)['intoStages']?.([3])],
    ['intoSpecs as it must get', () => loosely(flow)['intoSpecs']?.([3])],
  ])('says: Cannot use %s', (said, misuse) => {
    expect(thrown(misuse).message).toContain(said);
  });

  const join = { mode: 'inner', leftKey: Number, rightKey: Number, join: Number } as const;
  const misuses: readonly (readonly [rule: string, code: ErrorCode, misuse: () => unknown])[] = [
    ['FL-002 an empty list of iterables', 'flow_list', () => Flow.fromIterables([])],
    ['FL-003 a flow as its source', 'flow_of_flow', () => Flow.from(flow)],
    ['FL-003 a flow among its sources', 'flow_of_flow', () => Flow.fromIterables([flow])],
    ['FL-004 an empty list of stages', 'flow_list', () => Flow.fromStages([])],
    ['FL-004 what is no stage', 'flow_list', () => loosely(Flow)['fromStages']?.([3])],
    ['FL-005 an empty list of definitions', 'flow_list', () => Flow.fromSpecs([])],
    ['FL-005 what is no definition', 'flow_list', () => loosely(Flow)['fromSpecs']?.([{ arg: 3 }])],
    ['what cannot be read', 'source_not_readable', () => loosely(Flow)['from']?.(3)],
    ['FL-026 mapBatch behind map', 'flow_batch_mapper_first', () => flow.map(Number).mapBatch((all) => all)],
    ['FL-026 mapBatch behind uniq', 'flow_batch_mapper_first', () => flow.uniq().mapBatch((all) => all)],
    ['FL-026 mapBatch behind reduce', 'flow_batch_mapper_first', () => sum.mapBatch((all) => all)],
    ['FL-027 map behind reduce', 'flow_after_reduction', () => sum.map(Number)],
    ['FL-027 flatMap behind reduce', 'flow_after_reduction', () => sum.flatMap(() => [])],
    ['FL-027 filter behind groupBy', 'flow_after_reduction', () => flow.groupBy(Number).filter(Boolean)],
    ['FL-027 map behind emit', 'flow_after_reduction', () => sum.emit('state').map(Number)],
    ['FL-027 each behind onTrigger', 'flow_after_reduction', () => sum.onTrigger(() => ({})).each(Number)],
    [
      'FL-040 a first state that is no function',
      'flow_not_function',
      () => loosely(flow)['reduce']?.(0, Number),
    ],
    [
      'FL-040 emitAndReduce, too',
      'flow_not_function',
      () => loosely(flow)['emitAndReduce']?.([], () => ({})),
    ],
    ['a batch mapper that is none', 'flow_not_function', () => loosely(flow)['mapBatch']?.('all')],
    ['a trigger that is none', 'flow_not_function', () => loosely(sum)['onTrigger']?.('sum')],
    ['a reducer that is none', 'flow_not_function', () => loosely(flow)['reduce']?.(() => 0)],
    ['a mapper that is none', 'flow_not_function', () => loosely(flow)['map']?.('delay')],
    ['an async filter, which would let everything pass', 'flow_async', () => flow.filter(async () => false)],
    [
      'an async reducer',
      'flow_async',
      () =>
        flow.reduce(
          () => Promise.resolve(0),
          async (sum) => (await sum) + 1,
        ),
    ],
    ['an async generator to flatten', 'flow_async', () => loosely(flow)['flatMap']?.(async function* () {})],
    ['FL-041 reduce behind reduce', 'flow_reduced_twice', () => sum.reduce(() => 0, Number)],
    ['FL-041 groupBy behind reduce', 'flow_reduced_twice', () => sum.groupBy(Number)],
    [
      'FL-041 emitAndReduce behind group',
      'flow_reduced_twice',
      () =>
        flow.group().emitAndReduce(
          () => 0,
          () => ({}),
        ),
    ],
    ['FL-043 emit without a reduction', 'flow_needs_reduction', () => loosely(flow)['emit']?.('state')],
    ['FL-043 emit behind uniq', 'flow_needs_reduction', () => loosely(flow.uniq())['emit']?.('state')],
    ['FL-043 emit twice', 'flow_emission_twice', () => sum.emit('state').emit('state')],
    ['FL-043 something unknown', 'flow_emit_unknown', () => loosely(sum)['emit']?.('all')],
    ['FL-046 uniq behind a reduction', 'flow_after_reduction', () => sum.uniq()],
    ['FL-046 uniqBy behind a reduction', 'flow_after_reduction', () => sum.uniqBy(Number)],
    [
      'FL-049 onTrigger without a reduction',
      'flow_needs_reduction',
      () => loosely(flow)['onTrigger']?.(() => ({})),
    ],
    ['FL-049 onTrigger behind emit', 'flow_emission_twice', () => sum.emit('state').onTrigger(() => ({}))],
    ['FL-049 emit behind onTrigger', 'flow_emission_twice', () => sum.onTrigger(() => ({})).emit('events')],
    ['FL-049 onTrigger twice', 'flow_emission_twice', () => sum.onTrigger(() => ({})).onTrigger(() => ({}))],
    ['FL-064 an empty list of flows', 'flow_list', () => Flow.partition([])],
    ['FL-064 an empty list to shuffle', 'flow_list', () => Flow.shuffle([])],
    ['FL-064 an empty list to merge', 'flow_list', () => Flow.merge([], broadcastDispatcher())],
    ['FL-064 what is no flow', 'flow_list', () => loosely(Flow)['merge']?.([[1]], broadcastDispatcher())],
    ['FL-066 what is no dispatcher', 'option_out_of_range', () => loosely(flow)['merge']?.('broadcast')],
    [
      'FL-080 departition without a reduction',
      'flow_needs_reduction',
      () => loosely(flow)['departition']?.(() => 0, Number),
    ],
    [
      'FL-080 a first state that is no function',
      'flow_not_function',
      () => loosely(sum)['departition']?.(0, Number),
    ],
    ['FL-088 takeSort without a reduction', 'flow_needs_reduction', () => loosely(flow)['takeSort']?.(2)],
    ['FL-088 takeSort of none', 'option_out_of_range', () => sum.takeSort(0)],
    ['FL-088 takeSort of a part', 'option_out_of_range', () => sum.takeSort(1.5)],
    [
      'FL-100 an unknown mode',
      'flow_join_mode',
      () => loosely(Flow)['boundedJoin']?.(flow, flow, { ...join, mode: 'cross' }),
    ],
    ['FL-100 no options', 'option_out_of_range', () => loosely(Flow)['boundedJoin']?.(flow, flow)],
    ['FL-100 one flow', 'flow_list', () => loosely(Flow)['boundedJoin']?.(flow, null, join)],
    [
      'FL-100 a key that is no function',
      'flow_not_function',
      () => loosely(Flow)['boundedJoin']?.(flow, flow, { ...join, leftKey: 'id' }),
    ],
    [
      'FL-108 a bounded join with a window',
      'option_unknown',
      () => loosely(Flow)['boundedJoin']?.(flow, flow, { ...join, window: Window.count(2) }),
    ],
    ['FL-108 no window', 'option_out_of_range', () => loosely(Flow)['windowJoin']?.(flow, flow, join)],
    [
      'FL-108 sessions of nobody',
      'window_function',
      () => Flow.windowJoin(flow, flow, { ...join, window: Window.session(1, 'second', (n: number) => n) }),
    ],
    ['an operator behind the end', 'flow_after_into', () => flow.intoStages(['sink']).map(Number)],
    ['a layer behind the end', 'flow_after_into', () => flow.intoStages([]).partition()],
    ['a join of an end', 'flow_after_into', () => Flow.boundedJoin(flow, flow.intoStages([]), join)],
    ['two ends', 'flow_after_into', () => flow.intoStages([]).intoStages(['sink'])],
    ['an end without a consumer', 'flow_list', () => flow.intoSpecs([])],
  ];

  it.each(misuses)('refuses %s (%s)', (_rule, code, misuse) => {
    const error = thrown(misuse);
    expect(error.code).toBe(code);
    expect(error.hint.length).toBeGreaterThan(20);
  });

  it('FL-026, FL-050 takes mapBatch first, also in a later layer, and mappers behind uniq', () => {
    expect(() => flow.mapBatch((all) => all).mapBatch((all) => all)).not.toThrow();
    expect(() => sum.shuffle().mapBatch((all) => all)).not.toThrow();
    expect(() =>
      flow
        .uniq()
        .map(Number)
        .reduce(() => 0, Number),
    ).not.toThrow();
  });

  it('takes an async function to map, as the promises it makes go on as they are', async () => {
    const twice = await Flow.from([1, 2], { stages: 1 })
      .map(async (n) => Promise.resolve(2 * n))
      .toArray();
    expect(await Promise.all(twice)).toEqual([2, 4]);
  });

  it('FL-041, FL-086 reduces again in a new layer', () => {
    expect(() => sum.partition().reduce(() => 0, Number)).not.toThrow();
    expect(() =>
      sum
        .departition(
          () => 0,
          (a, b) => a + b,
        )
        .map(Number)
        .reduce(() => 0, Number),
    ).not.toThrow();
  });
});
