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

  it('GS-102 warns of an ask above the first one and honours it', () => {
    const { dispatcher, warnings } = make();
    dispatcher.subscribe('a', {}, 'sink');
    dispatcher.ask('a', 3);
    expect(dispatcher.ask('a', 4)).toBe(4);
    expect(warnings).toMatchObject([
      { code: 'demand_over_max', subscription: 'a', count: 4, values: [3, 4] },
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
    expect(() => demandDispatcher(options)).toThrow('did you mean "maxDemand"?');
  });

  it('refuses a maximum that is not a positive integer', () => {
    expect(() => demandDispatcher({ maxDemand: 0 })).toThrow(
      'Cannot use maxDemand of demandDispatcher as it must be an integer >= 1: received 0',
    );
  });
});
