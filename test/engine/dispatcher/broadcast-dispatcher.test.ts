import { describe, expect, it } from 'vitest';
import { broadcastDispatcher, type Dispatcher } from 'sluice';
import { BroadcastDispatcher } from '../../../engine/dispatcher/broadcast-dispatcher.ts';
import { broadcastLaws } from '../../laws/dispatcher-laws.ts';
import { dispatched, dispatcherContext } from '../../support/dispatcher-context.ts';

/** A dispatcher with these subscriptions, each of a consumer of its own. */
function make(...ids: readonly string[]) {
  const context = dispatcherContext();
  const dispatcher: Dispatcher<number> = new BroadcastDispatcher<number>(context);
  for (const id of ids) dispatcher.subscribe(id, {}, `consumer of ${id}`);
  return { dispatcher, warnings: context.warnings };
}

describe('BroadcastDispatcher', () => {
  broadcastLaws();

  it('GS-110 passes on what all consumers have asked for', () => {
    const { dispatcher } = make('a', 'b', 'c');
    expect(dispatcher.ask('a', 10)).toBe(0);
    expect(dispatcher.ask('b', 4)).toBe(0);
    expect(dispatcher.ask('c', 6)).toBe(4);
    expect(dispatcher.ask('b', 5)).toBe(2);
    expect(dispatcher.ask('b', 1)).toBe(0);
    expect(dispatcher.ask('c', 9)).toBe(4);
  });

  it('GS-111 sends the same list to every consumer, uncopied', () => {
    const { dispatcher } = make('a', 'b');
    dispatcher.ask('a', 3);
    dispatcher.ask('b', 3);
    const events = [1, 2, 3];
    const { deliveries, leftover } = dispatcher.dispatch(events);
    expect(deliveries.map(({ to }) => to)).toEqual(['b', 'a']);
    for (const delivery of deliveries) {
      expect(delivery.events).toBe(events);
      expect(delivery).not.toHaveProperty('refused');
    }
    expect(leftover).toEqual([]);
  });

  it('GS-111 serves whoever asked or subscribed last first', () => {
    const { dispatcher } = make('a', 'b', 'c');
    for (const id of ['a', 'c', 'b']) dispatcher.ask(id, 2);
    expect(dispatched(dispatcher, 1).to.map(([to]) => to)).toEqual(['b', 'c', 'a']);
    dispatcher.ask('b', 1);
    expect(dispatched(dispatcher, 1).to.map(([to]) => to)).toEqual(['b', 'c', 'a']);
  });

  it('GS-112 leaves out what a selector refuses, and says how many', () => {
    const { dispatcher } = make('all');
    dispatcher.subscribe('even', { selector: (n: number) => n % 2 === 0 }, 'evens');
    dispatcher.ask('all', 5);
    dispatcher.ask('even', 5);
    expect(dispatcher.dispatch([1, 2, 3, 4, 5]).deliveries).toEqual([
      { to: 'even', events: [2, 4], refused: 3 },
      { to: 'all', events: [1, 2, 3, 4, 5] },
    ]);
  });

  it('GS-112 hands the list on uncopied when a selector refuses nothing', () => {
    const { dispatcher } = make();
    dispatcher.subscribe('a', { selector: () => 'yes' }, 'consumer');
    dispatcher.ask('a', 2);
    const events = [1, 2];
    const [delivery] = dispatcher.dispatch(events).deliveries;
    expect(delivery?.events).toBe(events);
    expect(delivery).not.toHaveProperty('refused');
  });

  it('GS-112 asks a selector once per event, and not about what is left over', () => {
    const asked: number[] = [];
    const { dispatcher } = make();
    dispatcher.subscribe('a', { selector: (n: number) => asked.push(n) > 0 }, 'consumer');
    dispatcher.ask('a', 2);
    dispatched(dispatcher, 4);
    expect(asked).toEqual([0, 1]);
  });

  it('GS-119 sends an empty list when a selector refuses all of it', () => {
    const { dispatcher } = make();
    dispatcher.subscribe('a', { selector: () => false }, 'consumer');
    dispatcher.ask('a', 4);
    expect(dispatcher.dispatch([1, 2])).toMatchObject({
      deliveries: [{ to: 'a', events: [], refused: 2 }],
      leftover: [],
    });
  });

  it('GS-113 refuses a selector that is no function', () => {
    const { dispatcher } = make();
    expect(() => dispatcher.subscribe('a', { selector: 'even' }, 'consumer')).toThrow(
      'Cannot subscribe "a" to "source" as selector must be a function of an event: received "even"',
    );
    expect(() => dispatcher.subscribe('a', { selector: 0 }, 'consumer')).toThrow('received 0');
    expect(dispatcher.subscribe('b', { selector: null }, 'consumer')).toBe(0);
    expect(dispatcher.subscribe('c', { selector: undefined }, 'another')).toBe(0);
  });

  it('GS-114 holds everybody back until a newcomer has asked', () => {
    const { dispatcher } = make('a');
    expect(dispatcher.ask('a', 6)).toBe(6);
    expect(dispatched(dispatcher, 2).leftover).toEqual([]);
    expect(dispatcher.subscribe('b', {}, 'newcomer')).toBe(0);
    expect(dispatched(dispatcher, 1)).toEqual({ to: [], leftover: [0] });
    // The four that a still waits for are common again once b has asked for them; they were requested before.
    expect(dispatcher.ask('b', 6)).toBe(0);
    expect(dispatched(dispatcher, 5)).toEqual({
      to: [
        ['b', [0, 1, 2, 3]],
        ['a', [0, 1, 2, 3]],
      ],
      leftover: [4],
    });
    expect(dispatcher.ask('a', 2)).toBe(2);
  });

  it('GS-115 does not request again what is under way', () => {
    const { dispatcher } = make('a');
    expect(dispatcher.ask('a', 10)).toBe(10);
    dispatcher.subscribe('b', {}, 'newcomer');
    expect(dispatcher.ask('b', 4)).toBe(0);
    expect(dispatcher.ask('b', 8)).toBe(0);
    expect(dispatcher.ask('a', 5)).toBe(2);
  });

  it('GS-115 keeps what was requested for the next consumer when the last one leaves', () => {
    const { dispatcher } = make('a');
    dispatcher.ask('a', 10);
    expect(dispatcher.cancel('a')).toBe(0);
    dispatcher.subscribe('b', {}, 'consumer of a');
    expect(dispatcher.ask('b', 4)).toBe(0);
    expect(dispatcher.ask('b', 10)).toBe(4);
  });

  it('GS-116 releases demand when the slowest leaves', () => {
    const { dispatcher } = make('a', 'b', 'slow');
    dispatcher.ask('a', 7);
    dispatcher.ask('b', 5);
    expect(dispatcher.cancel('slow')).toBe(5);
    expect(dispatcher.cancel('b')).toBe(2);
    expect(dispatched(dispatcher, 8)).toEqual({ to: [['a', [0, 1, 2, 3, 4, 5, 6]]], leftover: [7] });
  });

  it('GS-116 releases nothing when one leaves that nobody waits for', () => {
    const { dispatcher } = make('a', 'b', 'c');
    dispatcher.ask('a', 7);
    dispatcher.ask('b', 5);
    dispatcher.ask('c', 3);
    expect(dispatcher.cancel('a')).toBe(0);
    expect(dispatched(dispatcher, 3).to).toHaveLength(2);
  });

  it('GS-117 GS-166 refuses a consumer that is subscribed already, however often it tries', () => {
    const { dispatcher, warnings } = make();
    expect(dispatcher.subscribe('a', {}, 'consumer')).toBe(0);
    expect(dispatcher.subscribe('b', {}, 'consumer')).toEqual({ refused: 'already_subscribed' });
    expect(dispatcher.subscribe('c', {}, 'consumer')).toEqual({ refused: 'already_subscribed' });
    expect(dispatcher.subscribe('d', {}, 'another')).toBe(0);
    expect(warnings).toEqual([
      {
        code: 'already_subscribed',
        message: '"consumer" gets the events of "source" already, and each of them once',
        subscription: 'b',
      },
      expect.objectContaining({ subscription: 'c' }),
    ]);
  });

  it('GS-117 takes a consumer again whose subscription is over', () => {
    const { dispatcher, warnings } = make();
    dispatcher.subscribe('a', {}, 'consumer');
    dispatcher.cancel('a');
    expect(dispatcher.subscribe('b', {}, 'consumer')).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('GS-117 a refusal changes nothing for those that are subscribed', () => {
    const { dispatcher } = make('a');
    expect(dispatcher.ask('a', 3)).toBe(3);
    dispatcher.subscribe('again', {}, 'consumer of a');
    expect(dispatched(dispatcher, 2).to).toEqual([['a', [0, 1]]]);
    expect(dispatcher.ask('a', 2)).toBe(2);
  });

  it('GS-118 leaves over what goes beyond the common demand', () => {
    const { dispatcher } = make('a', 'b');
    expect(dispatched(dispatcher, 2)).toEqual({ to: [], leftover: [0, 1] });
    dispatcher.ask('a', 5);
    expect(dispatched(dispatcher, 2)).toEqual({ to: [], leftover: [0, 1] });
    dispatcher.ask('b', 1);
    expect(dispatched(dispatcher, 3).leftover).toEqual([1, 2]);
    expect(dispatched(dispatcher, 1).leftover).toEqual([0]);
  });

  it('GS-118 leaves everything over when nobody is subscribed any more', () => {
    const { dispatcher } = make('a');
    dispatcher.ask('a', 5);
    dispatcher.cancel('a');
    expect(dispatched(dispatcher, 2)).toEqual({ to: [], leftover: [0, 1] });
  });

  it('knows nothing of an ask on a subscription that is over', () => {
    const { dispatcher } = make('a');
    dispatcher.cancel('a');
    expect(dispatcher.ask('a', 5)).toBe(0);
  });
});

describe('broadcastDispatcher()', () => {
  it('GS-013 is named in the plan and makes a dispatcher for each stage', () => {
    const spec = broadcastDispatcher();
    expect(spec).toMatchObject({ name: 'broadcast', checksPlan: true });
    expect(spec.create(dispatcherContext())).not.toBe(spec.create(dispatcherContext()));
  });
});
