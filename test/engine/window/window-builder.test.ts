import { describe, expect, expectTypeOf, it } from 'vitest';
import { Window } from '../../../engine/window/window-builder.ts';

interface Flight {
  readonly origin: string;
  readonly time: number;
}

const time = (ms: number) => ms;

describe('Window', () => {
  it('holds the window as data, and changes with no method', () => {
    const hourly = Window.fixed(2, 'hour', time);
    const eager = hourly.triggerEvery(10).triggerPeriodically(5, 'second').allowedLateness(1, 'minute');
    expect(hourly.spec).toEqual({
      type: 'fixed',
      length: 7_200_000,
      step: 7_200_000,
      by: time,
      key: null,
      punctuation: null,
      periodically: [],
      allowedLatenessMs: 0,
      outOfOrdernessMs: null,
      idleAfterMs: null,
      onLate: null,
    });
    expect(eager.spec).toEqual({
      ...hourly.spec,
      punctuation: { type: 'every', count: 10 },
      periodically: [{ count: 5, unit: 'second', ms: 5_000 }],
      allowedLatenessMs: 60_000,
    });
    expect(Object.isFrozen(eager)).toBe(true);
  });

  it('makes windows of every kind', () => {
    const key = (event: Flight) => event.origin;
    const by = (event: Flight) => event.time;
    expect(Window.global().spec).toMatchObject({ type: 'global', by: null });
    expect(Window.count(3).spec).toMatchObject({ type: 'count', length: 3 });
    expect(Window.periodic(3, 'second').spec).toMatchObject({ type: 'periodic', length: 3_000 });
    expect(Window.sliding(7, 1, 'minute', time).spec).toMatchObject({
      type: 'sliding',
      length: 420_000,
      step: 60_000,
    });
    expect(Window.session(6, 'hour', by, { key }).spec).toMatchObject({
      type: 'session',
      length: 21_600_000,
      by,
      key,
    });
    expect(Window.session(6, 'hour', by).spec.key).toBeNull();
  });

  it('keeps what it is told of lateness', () => {
    const fn = () => undefined;
    const window = Window.session(1, 'second', time)
      .outOfOrderness(0, 'second')
      .idleAfter(2, 'second')
      .onLate(fn);
    expect(window.spec).toMatchObject({ outOfOrdernessMs: 0, idleAfterMs: 2_000, onLate: fn });
  });

  it('FL-132 FL-121 FL-140 refuses counts that are no integer >= 1', () => {
    const refused: readonly (() => unknown)[] = [
      () => Window.count(0),
      () => Window.count(1.5),
      () => Window.global().triggerEvery(0),
      () => Window.fixed(0, 'second', time),
      () => Window.fixed(-1, 'second', time),
      () => Window.session(0, 'second', time),
      () => Window.periodic(NaN, 'second'),
      () => Window.global().triggerPeriodically(0, 'hour'),
      () => Window.fixed(1, 'second', time).idleAfter(0, 'second'),
      () => Window.fixed(1, 'second', time).outOfOrderness(-1, 'second'),
      () => Window.fixed(Number.MAX_SAFE_INTEGER, 'hour', time),
    ];
    for (const act of refused)
      expect(act, String(act)).toThrow(expect.objectContaining({ code: 'window_count' }));
    expect(() => Window.count(0)).toThrow(
      'Cannot use Window.count as its count must be an integer >= 1: received 0',
    );
  });

  it('refuses a step longer than the window, and one that is far too short', () => {
    expect(() => Window.sliding(5, 6, 'second', time)).toThrow(
      'Cannot use the step of Window.sliding as its count must be at most its length, 5, and at least a 10,000th of it: received 6',
    );
    expect(() => Window.sliding(10_001, 1, 'second', time)).toThrow(/a 10,000th of it/);
    expect(Window.sliding(10_000, 1, 'second', time).spec.step).toBe(1_000);
  });

  it('FL-129 refuses other units, and guesses which was meant', () => {
    const any = (unit: string) => () => Reflect.apply(Window.periodic, Window, [1, unit]);
    expect(any('seconds')).toThrow(
      'Cannot use Window.periodic as its unit must be one of millisecond, second, minute, hour: received "seconds"; did you mean "second"?',
    );
    expect(any('day')).toThrow(/received "day"$/);
    expect(any('toString')).toThrow(expect.objectContaining({ code: 'window_unit' }));
    expect(() =>
      Reflect.apply(Window.global().triggerPeriodically, Window.global(), [1, 'fortnight']),
    ).toThrow(expect.objectContaining({ code: 'window_unit' }));
  });

  it('FL-124 refuses a second trigger that counts', () => {
    const twice = () => Window.global().triggerEvery(3).triggerEvery(4);
    expect(twice).toThrow(
      'Cannot use triggerEvery as a window may only have one trigger that counts events: received it after triggerEvery(3)',
    );
    const custom = Window.global().trigger(
      () => 0,
      (_, state) => ({ state }),
    );
    expect(() => custom.triggerEvery(2)).toThrow(/received it after trigger$/);
    expect(() => custom.triggerPeriodically(2, 'hour').triggerPeriodically(1, 'hour')).not.toThrow();
  });

  it('FL-125 refuses what is no function', () => {
    const wrong = (method: (...args: never[]) => unknown, self: unknown, args: unknown[]) => () =>
      Reflect.apply(method, self, args);
    const window = Window.fixed(1, 'hour', time);
    for (const act of [
      wrong(window.trigger, window, [0, () => ({ state: 0 })]),
      wrong(window.trigger, window, [() => 0, 'fn']),
      wrong(window.onLate, window, [null]),
      wrong(Window.fixed, Window, [1, 'hour', 'time']),
      wrong(Window.sliding, Window, [1, 1, 'hour']),
      wrong(Window.session, Window, [1, 'hour', time, { key: 'origin' }]),
    ]) {
      expect(act).toThrow(expect.objectContaining({ code: 'window_function' }));
    }
    expect(wrong(window.trigger, window, [() => 0, async () => Promise.resolve({ state: 0 })])).toThrow(
      'Cannot use trigger as fn must answer at once: received an async function',
    );
    expect(wrong(window.trigger, window, [0, () => ({ state: 0 })])).toThrow(
      'Cannot use trigger as its init must be a function: received 0',
    );
    expect(wrong(Window.session, Window, [1, 'hour', time, { kee: time }])).toThrow(/did you mean "key"\?$/);
  });

  it('FL-146 refuses lateness where there is no event time', () => {
    expect(() => Window.global().allowedLateness(1, 'second')).toThrow(
      'Cannot use allowedLateness as its window must go by event time: received a global window',
    );
    for (const window of [Window.global(), Window.count(2), Window.periodic(1, 'second')]) {
      for (const act of [
        () => window.allowedLateness(1, 'second'),
        () => window.outOfOrderness(1, 'second'),
        () => window.idleAfter(1, 'second'),
        () => window.onLate(() => undefined),
      ]) {
        expect(act).toThrow(expect.objectContaining({ code: 'window_no_event_time' }));
      }
    }
  });

  it('takes the type of its events from where it is used', () => {
    const partition = ({ window }: { readonly window: Window<Flight> }) => window.spec;
    partition({ window: Window.fixed(1, 'hour', (flight) => flight.time) });
    partition({
      window: Window.session(1, 'hour', (flight) => flight.time, { key: (flight) => flight.origin }),
    });
    partition({ window: Window.global().triggerEvery(3) });
    partition({
      window: Window.sliding(2, 1, 'hour', (flight: Flight) => flight.time).allowedLateness(1, 'hour'),
    });
    // @ts-expect-error -- a window of other events
    partition({ window: Window.fixed(1, 'hour', (text: string) => text.length) });
    const words = Window.global().trigger(
      () => 0,
      (events: string[], seen) => ({ state: seen + events.length }),
    );
    expectTypeOf(words).toEqualTypeOf<Window<string>>();
    expectTypeOf(
      Window.fixed(1, 'hour', (flight: Flight) => flight.time).onLate((flight) => flight.origin),
    ).toEqualTypeOf<Window<Flight>>();
  });
});
