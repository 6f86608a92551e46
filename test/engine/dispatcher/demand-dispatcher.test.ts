import { describe, expect, it } from 'vitest';
import { demandDispatcher, type Dispatcher } from 'sluice';
import {
  DemandDispatcher,
  type DemandDispatcherOptions,
} from '../../../engine/dispatcher/demand-dispatcher.ts';
import { playOf, unicastLaws } from '../../laws/dispatcher-laws.ts';
import { dispatcherContext } from '../../support/dispatcher-context.ts';

function make(options: DemandDispatcherOptions = {}) {
  const context = dispatcherContext();
  const dispatcher: Dispatcher<number> = new DemandDispatcher<number>(options, context);
  return { dispatcher, warnings: context.warnings };
}

function sizes(dispatcher: Dispatcher<number>, count: number) {
  const { deliveries, leftover } = dispatcher.dispatch(Array.from({ length: count }, (_, i) => i));
  return { to: deliveries.map((one) => [one.to, one.events.length]), leftover: leftover.length };
}

describe('DemandDispatcher', () => {
  unicastLaws('demand', () => playOf(demandDispatcher()));
  unicastLaws('demand, shuffled', () => playOf(demandDispatcher({ shuffleDemandsOnFirstDispatch: true })));

  it('GS-107 a subscription creates no demand', () => {
    expect(make().dispatcher.subscribe('a', {}, 'sink')).toBe(0);
  });

  it('GS-100 serves the greatest demand first, and among equals the one unchanged longest', () => {
    const { dispatcher } = make();
    for (const id of ['a', 'b', 'c']) dispatcher.subscribe(id, {}, 'sink');
    dispatcher.ask('a', 2);
    dispatcher.ask('b', 5);
    dispatcher.ask('c', 2);
    expect(sizes(dispatcher, 8)).toEqual({
      to: [
        ['b', 5],
        ['a', 2],
        ['c', 1],
      ],
      leftover: 0,
    });
    expect(sizes(dispatcher, 3)).toEqual({ to: [['c', 1]], leftover: 2 });
  });

  it('GS-100 GS-101 serves whoever has more demand now, and puts changed ones behind their equals', () => {
    const { dispatcher } = make();
    for (const id of ['a', 'b', 'c', 'd']) dispatcher.subscribe(id, {}, 'sink');
    for (const id of ['a', 'b', 'c', 'd']) dispatcher.ask(id, 4);
    dispatcher.ask('c', 2);
    expect(sizes(dispatcher, 7)).toEqual({
      to: [
        ['c', 6],
        ['a', 1],
      ],
      leftover: 0,
    });
    dispatcher.ask('a', 1);
    dispatcher.ask('c', 4);
    // b and d have had theirs longest, then a got back to 4, then c.
    expect(sizes(dispatcher, 17)).toEqual({
      to: [
        ['b', 4],
        ['d', 4],
        ['a', 4],
        ['c', 4],
      ],
      leftover: 1,
    });
  });

  it('GS-101 hands the lists on uncopied that it does not have to cut', () => {
    const { dispatcher } = make();
    dispatcher.subscribe('a', {}, 'sink');
    const events = [1, 2, 3];
    expect(dispatcher.dispatch(events).leftover).toBe(events);
    dispatcher.ask('a', 3);
    expect(dispatcher.dispatch(events)).toEqual({ deliveries: [{ to: 'a', events }], leftover: [] });
  });

  it('knows nothing of a subscription that is over', () => {
    const { dispatcher } = make();
    for (const id of ['a', 'b']) dispatcher.subscribe(id, {}, 'sink');
    dispatcher.ask('b', 2);
    dispatcher.cancel('a');
    expect(dispatcher.ask('a', 5)).toBe(0);
    expect(dispatcher.cancel('a')).toBe(0);
    expect(sizes(dispatcher, 3)).toEqual({ to: [['b', 2]], leftover: 1 });
  });

  it('GS-105 keeps the demand of all others when one leaves', () => {
    const { dispatcher } = make();
    for (const id of ['a', 'b', 'c']) {
      dispatcher.subscribe(id, {}, 'sink');
      dispatcher.ask(id, 3);
    }
    dispatcher.cancel('a');
    expect(dispatcher.ask('a', 2)).toBe(0);
    expect(dispatcher.cancel('a')).toBe(0);
    expect(sizes(dispatcher, 9)).toEqual({
      to: [
        ['b', 3],
        ['c', 3],
      ],
      leftover: 3,
    });
  });

  it('GS-102 warns of an ask above the first one and honours it', () => {
    const { dispatcher, warnings } = make();
    dispatcher.subscribe('a', {}, 'sink');
    dispatcher.ask('a', 3);
    expect(dispatcher.ask('a', 4)).toBe(4);
    expect(warnings).toMatchObject([
      {
        code: 'demand_over_max',
        message: '"a" asked for 4 events at once, where at most 3 were expected',
        subscription: 'a',
        count: 4,
        values: [3, 4],
      },
    ]);
  });

  it('GS-103 takes the expected maximum from its options', () => {
    const { dispatcher, warnings } = make({ maxDemand: 2 });
    dispatcher.subscribe('a', {}, 'sink');
    dispatcher.ask('a', 3);
    expect(warnings).toMatchObject([{ subscription: 'a', values: [2, 3] }]);
  });

  it('GS-105 meets later asks with the demand of a consumer that left', () => {
    const { dispatcher } = make();
    dispatcher.subscribe('a', {}, 'sink');
    dispatcher.ask('a', 10);
    expect(dispatcher.cancel('a')).toBe(0);
    dispatcher.subscribe('b', {}, 'sink');
    expect(dispatcher.ask('b', 4)).toBe(0);
    expect(dispatcher.ask('b', 10)).toBe(4);
    expect(dispatcher.ask('b', 3)).toBe(3);
  });

  it('GS-106 forgets carried-over demand as events find nobody', () => {
    const { dispatcher } = make();
    dispatcher.subscribe('a', {}, 'sink');
    dispatcher.ask('a', 10);
    dispatcher.cancel('a');
    sizes(dispatcher, 6);
    dispatcher.subscribe('b', {}, 'sink');
    expect(dispatcher.ask('b', 10)).toBe(6);
  });

  it('GS-104 shuffles equal demands once, and leaves the greatest first', () => {
    const { dispatcher } = make({ shuffleDemandsOnFirstDispatch: true });
    const ids = Array.from({ length: 20 }, (_, i) => `c${i}`);
    for (const id of ids) {
      dispatcher.subscribe(id, {}, 'sink');
      dispatcher.ask(id, id === 'c13' ? 5 : 1);
    }
    const order = dispatcher.dispatch(Array.from({ length: 24 }, (_, i) => i)).deliveries.map(({ to }) => to);
    expect(order[0]).toBe('c13');
    expect([...order].sort()).toEqual([...ids].sort());
    expect(order.slice(1)).not.toEqual(ids.filter((id) => id !== 'c13'));
  });

  it('GS-104 leaves nothing to chance unless asked to, and then only once', () => {
    let asked = 0;
    const context = {
      ...dispatcherContext(),
      random: () => {
        asked++;
        return 0.5;
      },
    };
    for (const [options, times] of [
      [{}, 0],
      [{ shuffleDemandsOnFirstDispatch: false }, 0],
      [{ shuffleDemandsOnFirstDispatch: true }, 2],
    ] as const) {
      asked = 0;
      const dispatcher = new DemandDispatcher<number>(options, context);
      for (const id of ['a', 'b']) dispatcher.subscribe(id);
      dispatcher.dispatch([1]);
      dispatcher.dispatch([1]);
      expect(asked).toBe(times);
    }
  });

  it('hands a batch on uncopied when one consumer takes all of it', () => {
    const { dispatcher } = make();
    dispatcher.subscribe('a', {}, 'sink');
    dispatcher.ask('a', 5);
    const events = [1, 2, 3];
    expect(dispatcher.dispatch(events).deliveries[0]?.events).toBe(events);
  });
});

describe('demandDispatcher()', () => {
  it('refuses an unknown option and names the nearest', () => {
    const options: object = { maxDemnad: 3 };
    expect(() => demandDispatcher(options)).toThrow(
      'Cannot use maxDemnad as demandDispatcher may only have maxDemand, shuffleDemandsOnFirstDispatch: received "maxDemnad"; did you mean "maxDemand"?',
    );
  });

  it('GS-013 is named in the plan and takes right options', () => {
    expect(demandDispatcher().name).toBe('demand');
    expect(demandDispatcher({ maxDemand: 1, shuffleDemandsOnFirstDispatch: false }).name).toBe('demand');
  });

  it('GS-104 refuses a shuffle that is neither true nor false', () => {
    expect(() => demandDispatcher({ shuffleDemandsOnFirstDispatch: 1 as never })).toThrow(
      'Cannot use shuffleDemandsOnFirstDispatch of demandDispatcher as it must be true or false: received 1',
    );
  });

  it('refuses a maximum that is not a positive integer', () => {
    expect(() => demandDispatcher({ maxDemand: 0 })).toThrow(
      'Cannot use maxDemand of demandDispatcher as it must be an integer >= 1: received 0',
    );
    expect(() => demandDispatcher({ maxDemand: 1.5 })).toThrow('received 1.5');
  });
});
