import { describe, expect, expectTypeOf, it } from 'vitest';
import { Flow, Window, consumer, producerConsumer } from '#engine';
import { flights } from '../../../lessons/data/index.ts';

/** Counts in plain loops what flows are to come to. */
function sumsBy<Event>(
  events: readonly Event[],
  key: (event: Event) => string,
  value: (event: Event) => number,
) {
  const sums = new Map<string, number>();
  for (const event of events) sums.set(key(event), (sums.get(key(event)) ?? 0) + value(event));
  return sums;
}

const late = flights.filter(({ delay }) => delay > 60);

describe('what the docs show', () => {
  it('in the README: the ten airports with the most late flights', async () => {
    const flow = Flow.from(flights)
      .filter((flight) => flight.delay > 60)
      .partition({ key: 'origin', stages: 4 })
      .reduce(
        () => new Map<string, number>(),
        (counts, { origin }) => counts.set(origin, (counts.get(origin) ?? 0) + 1),
      )
      .takeSort(10, ([, a], [, b]) => b - a);
    expectTypeOf(flow).toEqualTypeOf<Flow<[string, number][]>>();
    const lists = await flow.toArray();
    expect(lists).toHaveLength(1);
    const counts = sumsBy(
      late,
      ({ origin }) => origin,
      () => 1,
    );
    const most = [...counts.values()].sort((a, b) => b - a).slice(0, 10);
    expect(lists[0]?.map(([, count]) => count)).toEqual(most);
    for (const [origin, count] of lists[0] ?? []) expect(counts.get(origin)).toBe(count);
  });

  it('of Flow: sums of delays by origin', async () => {
    const delays = Flow.from(late)
      .partition({ key: (flight) => flight.origin, stages: 4 })
      .reduce(
        () => new Map<string, number>(),
        (sums, { origin, delay }) => sums.set(origin, (sums.get(origin) ?? 0) + delay),
      );
    expectTypeOf(delays.toArray()).resolves.toEqualTypeOf<[string, number][]>();
    expect(new Map(await delays.toArray())).toEqual(
      sumsBy(
        late,
        ({ origin }) => origin,
        ({ delay }) => delay,
      ),
    );
  });

  it('of boundedJoin: flights and the cities they start in', async () => {
    const joined = Flow.boundedJoin(
      Flow.from([
        { number: 'OS 1', origin: 'VIE' },
        { number: 'OS 2', origin: 'GRZ' },
      ]),
      Flow.from([{ code: 'VIE', city: 'Vienna' }]),
      {
        mode: 'inner',
        leftKey: (flight) => flight.origin,
        rightKey: (airport) => airport.code,
        join: (flight, airport) => `${flight.number} from ${airport.city}`,
      },
    );
    expectTypeOf(joined).toEqualTypeOf<Flow<string>>();
    expect(await joined.toArray()).toEqual(['OS 1 from Vienna']);
  });

  it('of onTrigger: which stage fired what, and how many events it had', async () => {
    const fired = Flow.from([1, 2, 3], { stages: 1, window: Window.global().triggerEvery(2) })
      .reduce(
        () => 0,
        (count) => count + 1,
      )
      .onTrigger((count, { index }, { trigger }) => ({ events: [[index, trigger, count]], state: 0 }));
    expect(await fired.toArray()).toEqual([
      [0, ['every', 2], 2],
      [0, 'done', 1],
    ]);
  });

  it('of windows: sessions per key, four windows per event, a trigger at each full stop', async () => {
    const MINUTE = 60_000;
    const clicks = Flow.from([
      { user: 'a', time: 0 },
      { user: 'b', time: MINUTE },
      { user: 'a', time: 20 * MINUTE },
    ]);
    const counted = (window: Window<{ user: string; time: number }>) =>
      clicks
        .partition({ stages: 1, window })
        .reduce(
          () => 0,
          (count) => count + 1,
        )
        .emit('state')
        .toArray();
    const sessions = Window.session(30, 'minute', (click: { user: string; time: number }) => click.time, {
      key: (click) => click.user,
    });
    expect((await counted(sessions)).sort()).toEqual([1, 2]);
    const sliding = await counted(Window.sliding(60, 15, 'minute', (click) => click.time));
    expect(sliding.reduce((sum, count) => sum + count, 0)).toBe(3 * 4);

    const sentences = Window.global().trigger(
      () => 0,
      (words: string[], seen) => {
        const end = words.indexOf('.') + 1;
        if (end === 0) return { state: seen };
        return {
          trigger: `sentence ${seen}`,
          before: words.slice(0, end),
          after: words.slice(end),
          state: seen + 1,
        };
      },
    );
    const told = Flow.from(['Call', 'me', '.', 'Some'], { stages: 1, window: sentences })
      .reduce(
        (): readonly string[] => [],
        (words, word) => [...words, word],
      )
      .onTrigger((words, _stage, { trigger }) => ({ events: [[trigger, words.join(' ')]], state: [] }));
    expect(await told.toArray()).toEqual([
      ['sentence 0', 'Call me .'],
      ['done', 'Some'],
    ]);
  });

  it('of intoSpecs and throughSpecs: stages that end when their producers have', async () => {
    const ends = { handleCancel: () => ({ stop: 'normal' }) };
    const texts = producerConsumer({
      ...ends,
      handleEvents: (events: number[]) => ({ events: events.map(String) }),
    });
    const through = Flow.from([1, 22], { stages: 1 })
      .throughSpecs([texts], { stages: 1 })
      .map((text) => text.length);
    expectTypeOf(through).toEqualTypeOf<Flow<number>>();
    expect(await through.toArray()).toEqual([1, 2]);

    const printed: number[] = [];
    const printer = consumer({
      ...ends,
      handleEvents: (events: number[]) => {
        printed.push(...events);
      },
    });
    await Flow.from([1, 2])
      .intoSpecs([{ definition: printer, maxDemand: 10, restart: 'temporary' }])
      .run();
    expect(printed).toEqual([1, 2]);
  });
});
