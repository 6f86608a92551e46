import { describe, expectTypeOf, it } from 'vitest';
import { Flow, Window, consumer, fromInterval, pipeline, producer, producerConsumer } from '#engine';
import type { FlowHandle, ReducedFlow } from '#engine';

interface Flight {
  readonly origin: string;
  readonly delay: number;
  readonly time: number;
}

const flights: readonly Flight[] = [];

// Only the compiler looks at these: nothing here runs.
const types = (check: () => void): void => void check;

describe('Flow infers', () => {
  it('what a source holds', () => {
    types(() => {
      expectTypeOf(Flow.from([1, 2])).toEqualTypeOf<Flow<number>>();
      expectTypeOf(Flow.from(new Map([['a', 1]]))).toEqualTypeOf<Flow<[string, number]>>();
      expectTypeOf(Flow.from('text')).toEqualTypeOf<Flow<string>>();
      expectTypeOf(Flow.from(() => [1])).toEqualTypeOf<Flow<number>>();
      expectTypeOf(
        Flow.from(function* () {
          yield { a: 1 };
        }),
      ).toEqualTypeOf<Flow<{ a: number }>>();
      expectTypeOf(
        Flow.from(async function* () {
          yield true;
        }),
      ).toEqualTypeOf<Flow<boolean>>();
      expectTypeOf(Flow.from(new ReadableStream<Uint8Array>())).toEqualTypeOf<Flow<Uint8Array>>();
      expectTypeOf(Flow.from(fromInterval(100))).toEqualTypeOf<Flow<number>>();
      expectTypeOf(Flow.fromIterables([[1], new Set([2])])).toEqualTypeOf<Flow<number>>();
      expectTypeOf(Flow.fromSpecs([producer({ handleDemand: () => ({ events: ['a'] }) })])).toEqualTypeOf<
        Flow<string>
      >();
    });
  });

  it('what operators make of it', () => {
    types(() => {
      const flow = Flow.from(flights);
      expectTypeOf(flow.map((f) => f.delay)).toEqualTypeOf<Flow<number>>();
      expectTypeOf(flow.flatMap((f) => [f.origin, 1])).toEqualTypeOf<Flow<string | number>>();
      expectTypeOf(flow.mapBatch((batch) => [batch.length])).toEqualTypeOf<Flow<number>>();
      expectTypeOf(flow.filter((f) => f.delay)).toEqualTypeOf<Flow<Flight>>();
      expectTypeOf(Flow.from([1, null]).filter((n) => n !== null)).toEqualTypeOf<Flow<number>>();
      expectTypeOf(Flow.from([1, 'a']).reject((n) => typeof n === 'string')).toEqualTypeOf<Flow<number>>();
      expectTypeOf(
        flow.map((f) => [f.origin, f.delay] as const).mapValues((delay) => `${delay}`),
      ).toEqualTypeOf<Flow<[string, string]>>();
      expectTypeOf(flow.uniqBy((f) => f.origin).each((f) => f.time)).toEqualTypeOf<Flow<Flight>>();
    });
  });

  it('the state of a reduction, and what it emits', () => {
    types(() => {
      const flow = Flow.from(flights);
      const sum = flow.partition({ key: (f) => f.origin }).reduce(
        () => 0,
        (n, f) => n + f.delay,
      );
      expectTypeOf(sum).toEqualTypeOf<ReducedFlow<number>>();
      expectTypeOf(sum.emit('state').toArray()).toEqualTypeOf<Promise<number[]>>();
      const counts = flow.reduce(
        () => new Map<string, number>(),
        (all, f) => all.set(f.origin, 1),
      );
      expectTypeOf(counts.toArray()).toEqualTypeOf<Promise<[string, number][]>>();
      expectTypeOf(counts.takeSort(3, ([, a], [, b]) => b - a).toArray()).toEqualTypeOf<
        Promise<[string, number][][]>
      >();
      expectTypeOf(
        flow.reduce(
          () => ({ flights: 0 }),
          (all) => ({ flights: all.flights + 1 }),
        ),
      ).toExtend<Flow<['flights', number]>>();
      expectTypeOf(flow.groupBy((f) => f.origin)).toEqualTypeOf<ReducedFlow<Map<string, Flight[]>>>();
      expectTypeOf(
        flow.groupBy(
          (f) => f.origin,
          (f) => f.delay,
        ),
      ).toEqualTypeOf<ReducedFlow<Map<string, number[]>>>();
      expectTypeOf(flow.map((f) => [f.origin, f.delay] as const).groupByKey()).toEqualTypeOf<
        ReducedFlow<Map<string, number[]>>
      >();
      expectTypeOf(Flow.from([1]).group()).toEqualTypeOf<ReducedFlow<Map<number, number[]>>>();
    });
  });

  it('what is emitted on the way and by triggers', () => {
    types(() => {
      const running = Flow.from([1]).emitAndReduce(
        () => 0,
        (sum, n) => ({ events: [`${n}`], state: sum + n }),
      );
      expectTypeOf(running.emit('state').toArray()).toEqualTypeOf<Promise<(string | number)[]>>();
      expectTypeOf(running.emit('nothing').toArray()).toEqualTypeOf<Promise<string[]>>();
      const triggered = Flow.from([1])
        .reduce(
          () => 0,
          (sum, n) => sum + n,
        )
        .onTrigger((sum, { index, total }, { type, id, trigger }) => {
          expectTypeOf(sum).toEqualTypeOf<number>();
          expectTypeOf(index + total).toEqualTypeOf<number>();
          return { events: [{ type, id, trigger }], state: 0 };
        });
      expectTypeOf(triggered.map(({ type }) => type.length)).toEqualTypeOf<Flow<number>>();
      expectTypeOf(
        triggered.departition(
          () => 0,
          (count, event) => count + event.type.length,
        ),
      ).toEqualTypeOf<Flow<number>>();
    });
  });

  it('what comes together', () => {
    types(() => {
      const numbers = Flow.from([1]);
      expectTypeOf(Flow.shuffle([numbers, numbers])).toEqualTypeOf<Flow<number>>();
      expectTypeOf(
        Flow.boundedJoin(Flow.from(flights), Flow.from([{ code: 'A' }]), {
          mode: 'inner',
          leftKey: (f) => f.origin,
          rightKey: (airport) => airport.code,
          join: (f, airport) => [f.delay, airport.code] as const,
        }),
      ).toEqualTypeOf<Flow<readonly [number, string]>>();
      expectTypeOf(
        Flow.from(flights).partition({ window: Window.fixed(1, 'hour', (f) => f.time), key: 'origin' }),
      ).toEqualTypeOf<Flow<Flight>>();
      expectTypeOf(Flow.from(flights).partition({ hash: (f) => [f, f.delay % 2], stages: 2 })).toEqualTypeOf<
        Flow<Flight>
      >();
    });
  });

  it('a window that goes on takes whatever its flow holds', () => {
    types(() => {
      const window = Window.fixed(1, 'hour', ({ time }) => time).allowedLateness(5, 'minute');
      expectTypeOf(Flow.from(flights).partition({ window, key: 'origin' })).toEqualTypeOf<Flow<Flight>>();
      // @ts-expect-error -- a lone window knows what the flow holds
      Flow.from(flights).partition({ window: Window.fixed(1, 'hour', (f) => f.times) });
    });
  });

  it('handles of pipelines', () => {
    types(() => {
      pipeline(({ start, subscribe }) => {
        const counts = start('counts', Flow.from([1]), { demand: 'accumulate' });
        expectTypeOf(counts).toEqualTypeOf<FlowHandle<number>>();
        const sink = start('sink', consumer({ handleEvents: (events: number[]) => void events }));
        subscribe(sink, { to: counts, maxDemand: 10 });
        // @ts-expect-error -- it takes texts
        subscribe(start('other', consumer({ handleEvents: (e: string[]) => void e })), { to: counts });
        const numbers = start('numbers', producer({ handleDemand: () => ({ events: [1] }) }));
        expectTypeOf(Flow.fromStages([numbers])).toEqualTypeOf<Flow<number>>();
        expectTypeOf(Flow.fromStages([counts, { stage: numbers, maxDemand: 3 }])).toEqualTypeOf<
          Flow<number>
        >();
        const halves = producerConsumer({
          handleEvents: (events: number[]) => ({ events: events.map((n) => `${n / 2}`) }),
        });
        expectTypeOf(Flow.from([1]).throughSpecs([halves])).toEqualTypeOf<Flow<string>>();
        expectTypeOf(Flow.from([1]).throughStages([start('halves', halves)])).toEqualTypeOf<Flow<string>>();
        Flow.from([1]).intoStages([sink, { stage: 'sink', maxDemand: 2 }]);
      });
    });
  });

  it('what cannot be', () => {
    types(() => {
      const flow = Flow.from(flights);
      // @ts-expect-error -- there is no state to emit
      flow.emit('state');
      // @ts-expect-error -- there is no state to look at
      flow.onTrigger(() => ({}));
      // @ts-expect-error -- flights are no pairs
      flow.mapValues((value: number) => value);
      // @ts-expect-error -- no such field
      flow.partition({ key: 'orgin' });
      // @ts-expect-error -- no such option
      flow.partition({ stage: 2 });
    });
  });
});
