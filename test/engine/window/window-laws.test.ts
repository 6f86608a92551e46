import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Window } from '../../../engine/window/window-builder.ts';
import { WindowRun, type Fired } from './window-run.ts';

/** An event knows when it was, whose it is, how much later than that it arrives, and by which upstream. */
interface Event {
  readonly at: number;
  readonly key: string;
  readonly delay: number;
  readonly upstream: string;
}

const BOUND = 40;
const by = ({ at }: Event) => at;
const key = (event: Event) => event.key;

const event: fc.Arbitrary<Event> = fc.record({
  at: fc.integer({ min: -300, max: 300 }),
  key: fc.constantFrom('ada', 'bob'),
  delay: fc.integer({ min: 0, max: BOUND }),
  upstream: fc.constantFrom('a', 'b', 'c'),
});
const events = fc.array(event, { maxLength: 60 });
const size = fc.integer({ min: 1, max: 9 });
const upstreams = ['a', 'b', 'c'];

/** Batches in order of arrival: none is later than the bound, on whichever upstream. */
function arriving(
  all: readonly Event[],
  batch: number,
): { readonly upstream: string; readonly events: Event[] }[] {
  const inOrder = all.toSorted((x, y) => x.at + x.delay - (y.at + y.delay));
  const batches: { readonly upstream: string; readonly events: Event[] }[] = [];
  for (const one of inOrder) {
    const last = batches.at(-1);
    if (last && last.upstream === one.upstream && last.events.length < batch) last.events.push(one);
    else batches.push({ upstream: one.upstream, events: [one] });
  }
  return batches;
}

function run(window: Window<Event>, all: readonly Event[], batch: number): { fired: Fired[]; late: number } {
  const windows = new WindowRun(window, { upstreams, tracing: false });
  const fired = arriving(all, batch).flatMap((one) => windows.take(one.events, one.upstream));
  fired.push(...windows.finish());
  return { fired: fired as Fired[], late: windows.windows.late };
}

/** Windows with what they got, however it came; empty ones are left out. */
function contents(fired: readonly Fired[]): unknown[] {
  return fired
    .filter(([, , got]) => got.length > 0)
    .map(([id, trigger, got]) => JSON.stringify([id, trigger, got.map((one) => JSON.stringify(one)).sort()]))
    .sort();
}

/** What windows should have got, from all events at once. */
function expected(windows: Map<string, { readonly id: unknown; readonly events: Event[] }>): unknown[] {
  return contents([...windows.values()].map(({ id, events: got }) => [id as number, 'done', got]));
}

function put(windows: Map<string, { id: unknown; events: Event[] }>, id: unknown, one: Event): void {
  const name = JSON.stringify(id);
  const known = windows.get(name) ?? { id, events: [] };
  windows.set(name, known);
  known.events.push(one);
}

describe('windows of event time, within their bound', () => {
  it('FL-140 fixed: each event in its window, in whatever order, batches and upstreams they come', () => {
    fc.assert(
      fc.property(events, size, (all, batch) => {
        const windows = new Map<string, { id: unknown; events: Event[] }>();
        for (const one of all) put(windows, Math.trunc(one.at / 25) * 25 + 0, one);
        const { fired, late } = run(
          Window.fixed(25, 'millisecond', by).outOfOrderness(BOUND, 'millisecond'),
          all,
          batch,
        );
        expect(late).toBe(0);
        expect(contents(fired)).toEqual(expected(windows));
        // In ascending order, without a gap.
        const ids = fired.map(([id]) => Number(id));
        expect(ids).toEqual(ids.map((_, i) => (ids[0] ?? 0) + i * 25));
      }),
    );
  });

  it('sliding: each event in all windows that cover it', () => {
    fc.assert(
      fc.property(events, size, fc.integer({ min: 1, max: 30 }), (all, batch, step) => {
        const windows = new Map<string, { id: unknown; events: Event[] }>();
        for (const one of all) {
          for (let start = -400; start <= 400; start++) {
            if (start % step === 0 && start <= one.at && one.at < start + 30) put(windows, start + 0, one);
          }
        }
        const window = Window.sliding(30, step, 'millisecond', by).outOfOrderness(BOUND, 'millisecond');
        const { fired, late } = run(window, all, batch);
        expect(late).toBe(0);
        expect(contents(fired)).toEqual(expected(windows));
      }),
    );
  });

  it('session: as if all had come in order', () => {
    fc.assert(
      fc.property(events, size, (all, batch) => {
        const windows = new Map<string, { id: unknown; events: Event[] }>();
        for (const own of ['ada', 'bob'].map((name) => all.filter((one) => one.key === name))) {
          let session: Event[] = [];
          const close = () => {
            const [first, last] = [session[0], session.at(-1)];
            if (first && last) {
              const id = { key: first.key, start: first.at, end: last.at + 15 };
              for (const one of session) put(windows, id, one);
            }
            session = [];
          };
          for (const one of own.toSorted((x, y) => x.at - y.at)) {
            if (one.at - (session.at(-1)?.at ?? one.at) > 15) close();
            session.push(one);
          }
          close();
        }
        const window = Window.session(15, 'millisecond', by, { key }).outOfOrderness(BOUND, 'millisecond');
        const { fired, late } = run(window, all, batch);
        expect(late).toBe(0);
        expect(contents(fired)).toEqual(expected(windows));
      }),
    );
  });
});

describe('windows of any kind', () => {
  const kinds: readonly Window<Event>[] = [
    Window.global(),
    Window.count(4),
    Window.fixed(25, 'millisecond', by),
    Window.fixed(25, 'millisecond', by).outOfOrderness(5, 'millisecond'),
    Window.fixed(25, 'millisecond', by).allowedLateness(5, 'second'),
    Window.session(15, 'millisecond', by, { key }),
    Window.session(15, 'millisecond', by).allowedLateness(5, 'second'),
  ];

  it('FL-142 part their input: what is done with and what was late is all there was', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), events, size, (window, all, batch) => {
        const { fired, late } = run(window, all, batch);
        const got = fired.flatMap(([, trigger, own]) => (trigger === 'done' ? own : []));
        expect(got.length + late).toBe(all.length);
        expect(new Set(got).size).toBe(got.length);
      }),
    );
  });

  it('judge the same events alike in whatever batches they come, where a bound is stated', () => {
    const stated = [
      Window.fixed(25, 'millisecond', by).outOfOrderness(5, 'millisecond'),
      Window.sliding(30, 7, 'millisecond', by).outOfOrderness(0, 'millisecond'),
      Window.session(15, 'millisecond', by, { key }).outOfOrderness(5, 'millisecond'),
      Window.session(15, 'millisecond', by, { key }),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...stated), events, size, (window, all, batch) => {
        const one = all.map((own) => ({ ...own, upstream: 'a' }));
        const each = new WindowRun(window, { tracing: false });
        const some = new WindowRun(window, { tracing: false });
        const alone = arriving(one, 1).flatMap((own) => each.take(own.events));
        const batches = arriving(one, batch).flatMap((own) => some.take(own.events));
        expect([...batches, ...some.finish()]).toEqual([...alone, ...each.finish()]);
        expect(some.windows.late).toBe(each.windows.late);
      }),
    );
  });
});
