import { describe, expect, it } from 'vitest';
import { none, partitionDispatcher, type Dispatcher, type PartitionName } from 'sluice';
import { PartitionDispatcher } from '../../../engine/dispatcher/partition-dispatcher.ts';
import { partitionLaws } from '../../laws/dispatcher-laws.ts';
import { dispatched, dispatcherContext } from '../../support/dispatcher-context.ts';

const parity = (n: number) => [n, n % 2];

/** Partitions 0 and 1 for even and odd numbers, and the subscriptions `even` and `odd` to those that are named. */
function make({
  hash = parity,
  subscribed = ['even', 'odd'],
}: { hash?: unknown; subscribed?: string[] } = {}) {
  const dispatcher = of({ names: [0, 1], hash });
  for (const id of subscribed) dispatcher.subscribe(id, { partition: id === 'even' ? 0 : 1 }, `${id}s`);
  return dispatcher;
}

function of({ names, hash = null }: { names: readonly PartitionName[]; hash?: unknown }): Dispatcher<number> {
  const called = typeof hash === 'function' ? (event: unknown): unknown => hash(event) : null;
  return new PartitionDispatcher<number>({ names, hash: called }, dispatcherContext());
}

describe('PartitionDispatcher', () => {
  partitionLaws();

  it('GS-121 a subscription takes the partition it names', () => {
    const dispatcher = make({ subscribed: [] });
    expect(dispatcher.subscribe('a', { partition: 1 }, 'sink')).toBe(0);
    dispatcher.ask('a', 2);
    expect(dispatched(dispatcher, 1, 1).to).toEqual([['a', [1]]]);
  });

  it('GS-121 refuses a subscription that names no partition', () => {
    for (const options of [{}, { partition: null }, { partition: undefined }]) {
      expect(() => make().subscribe('a', options, 'sink')).toThrow(
        'Cannot subscribe "sink" to "source" as it must name a partition (0, 1): received none',
      );
    }
  });

  it('GS-121 refuses an unknown partition and names the nearest', () => {
    const dispatcher = of({ names: ['even', 'odd'], hash: parity });
    expect(() => dispatcher.subscribe('a', { partition: 'evne' }, 'sink')).toThrow(
      'Cannot subscribe "sink" to "source" as its partition must be one of "even", "odd": received "evne"; did you mean "even"?',
    );
    expect(() => dispatcher.subscribe('a', { partition: 2 }, 'sink')).toThrow(/received 2$/);
    expect(() => make().subscribe('a', { partition: '1' }, 'sink')).toThrow('received "1"; did you mean 1?');
  });

  it('GS-121 refuses a partition that is taken, until its consumer has left', () => {
    const dispatcher = make();
    expect(() => dispatcher.subscribe('a', { partition: 0 }, 'sink')).toThrow(
      'Cannot subscribe "sink" to "source" as a partition must have one consumer: received 0, which "evens" has',
    );
    dispatcher.cancel('even');
    expect(dispatcher.subscribe('a', { partition: 0 }, 'sink')).toBe(0);
  });

  it('GS-122 sends the event that the hash has returned', () => {
    const dispatcher = make({ hash: (n: number) => [n * 10, n % 2] });
    dispatcher.ask('even', 2);
    expect(dispatched(dispatcher, 1, 4).to).toEqual([['even', [40]]]);
  });

  it.each([
    ['what is no pair', (n: number) => n, 'received 7 for the event 7'],
    ['a pair too long', (n: number) => [n, 0, 0], 'received [7,0,0] for the event 7'],
    ['nothing', () => undefined, 'received undefined for the event 7'],
  ])('GS-122 throws when the hash returns %s', (_, hash, says) => {
    const dispatcher = make({ hash });
    dispatcher.ask('even', 1);
    expect(() => dispatcher.dispatch([7])).toThrow(
      `Cannot dispatch from "source" as hash must return [event, partition] or none: ${says}`,
    );
  });

  it('GS-122 throws when the hash names an unknown partition', () => {
    const dispatcher = make({ hash: (n: number) => [n, n] });
    dispatcher.ask('even', 1);
    expect(() => dispatcher.dispatch([2])).toThrow(
      'Cannot dispatch from "source" as hash must name one of its partitions (0, 1): received 2 for the event 2',
    );
    const named = of({ names: ['even', 'odd'], hash: (n: number) => [n, 'od'] });
    named.subscribe('a', { partition: 'odd' }, 'sink');
    named.ask('a', 1);
    expect(() => named.dispatch([1])).toThrow('did you mean "odd"?');
  });

  it('GS-122 GS-126 drops what belongs nowhere, without use of demand', () => {
    const dispatcher = make({ hash: (n: number) => (n % 3 === 2 ? none : [n, n % 3]) });
    dispatcher.ask('even', 2);
    dispatcher.ask('odd', 2);
    expect(dispatched(dispatcher, 9)).toEqual({
      to: [
        ['even', [0, 3]],
        ['odd', [1, 4]],
      ],
      leftover: [5, 6, 7, 8],
      dropped: 1,
    });
  });

  it('GS-123 passes every ask on at once', () => {
    const dispatcher = make();
    expect(dispatcher.ask('even', 3)).toBe(3);
    expect(dispatcher.ask('odd', 4)).toBe(4);
    expect(dispatcher.ask('even', 1)).toBe(1);
  });

  it('GS-124 keeps what its partition has not asked for', () => {
    const dispatcher = make();
    expect(dispatcher.queued).toBe(0);
    dispatcher.ask('even', 4);
    expect(dispatched(dispatcher, 4)).toEqual({
      to: [['even', [0, 2]]],
      leftover: [],
      queues: [{ partition: 1, added: 2, removed: 0, size: 2, events: [1, 3] }],
    });
    expect(dispatcher.queued).toBe(2);
    expect(dispatcher.ask('odd', 3)).toEqual({
      demand: 3,
      deliveries: [{ to: 'odd', events: [1, 3] }],
      queues: [{ partition: 1, added: 0, removed: 2, size: 0 }],
    });
    expect(dispatcher.queued).toBe(0);
    expect(dispatched(dispatcher, 1, 5).to).toEqual([['odd', [5]]]);
  });

  it('GS-124 keeps the end of a batch that begins with demand, and all of it behind what it keeps', () => {
    const dispatcher = make();
    dispatcher.ask('odd', 1);
    dispatcher.ask('even', 9);
    expect(dispatched(dispatcher, 6)).toMatchObject({
      to: [
        ['even', [0, 2, 4]],
        ['odd', [1]],
      ],
      queues: [{ partition: 1, added: 2, removed: 0, size: 2 }],
    });
    expect(dispatched(dispatcher, 2, 6)).toMatchObject({
      to: [['even', [6]]],
      queues: [{ partition: 1, added: 1, removed: 0, size: 3 }],
    });
    expect(dispatcher.ask('odd', 2)).toMatchObject({ deliveries: [{ to: 'odd', events: [3, 5] }] });
    expect(dispatcher.ask('odd', 2)).toMatchObject({ deliveries: [{ to: 'odd', events: [7] }] });
  });

  it('GS-124 keeps events of a partition without consumer for the one that comes', () => {
    const dispatcher = make({ subscribed: ['even'] });
    dispatcher.ask('even', 4);
    dispatched(dispatcher, 4);
    expect(dispatcher.subscribe('late', { partition: 1 }, 'sink')).toBe(0);
    expect(dispatcher.ask('late', 1)).toMatchObject({ deliveries: [{ to: 'late', events: [1] }] });
  });

  it('GS-125 hashes no more than was asked for in all', () => {
    const hashed: number[] = [];
    const dispatcher = make({
      hash: (n: number) => {
        hashed.push(n);
        return [n, n % 2];
      },
    });
    expect(dispatched(dispatcher, 2)).toEqual({ to: [], leftover: [0, 1] });
    dispatcher.ask('even', 2);
    dispatcher.ask('odd', 1);
    expect(dispatched(dispatcher, 5).leftover).toEqual([3, 4]);
    expect(hashed).toEqual([0, 1, 2]);
  });

  it('GS-127 carries the demand of a consumer that left over to later asks', () => {
    const dispatcher = make();
    dispatcher.ask('even', 6);
    expect(dispatcher.cancel('even')).toBe(0);
    expect(dispatcher.ask('odd', 4)).toBe(0);
    dispatcher.subscribe('next', { partition: 0 }, 'sink');
    expect(dispatcher.ask('next', 4)).toBe(2);
    expect(dispatcher.ask('next', 4)).toBe(4);
    // Hashed as long as there is demand: the six of the one that left, and the six that were asked for since.
    expect(dispatched(dispatcher, 13).leftover).toEqual([12]);
  });

  it('GS-127 keeps what comes for a partition whose consumer has left with demand', () => {
    const dispatcher = make();
    dispatcher.ask('even', 6);
    dispatcher.cancel('even');
    expect(dispatched(dispatcher, 2)).toEqual({
      to: [],
      leftover: [],
      queues: [
        { partition: 0, added: 1, removed: 0, size: 1, events: [0] },
        { partition: 1, added: 1, removed: 0, size: 1, events: [1] },
      ],
    });
  });

  it('GS-127 gives up what is kept for a consumer that leaves, and requests as many again', () => {
    const dispatcher = make();
    dispatcher.ask('even', 4);
    dispatched(dispatcher, 4);
    expect(dispatcher.cancel('odd')).toEqual({
      demand: 2,
      lost: 2,
      queues: [{ partition: 1, added: 0, removed: 2, size: 0 }],
    });
    expect(dispatcher.queued).toBe(0);
    expect(dispatched(dispatcher, 3).leftover).toEqual([2]);
  });

  it('GS-127 neither carries over nor requests when demand was used up to the last event', () => {
    const dispatcher = make();
    dispatcher.ask('even', 1);
    dispatched(dispatcher, 1);
    expect(dispatcher.cancel('even')).toEqual({ demand: 0, lost: 0 });
    expect(dispatcher.ask('odd', 3)).toBe(3);
  });

  it('GS-128 serves partitions in the order of their names, a message each', () => {
    const dispatcher = of({
      names: [2, 10, 'a', 'b'],
      hash: (n: number) => [n, ['b', 10, 'a', 2][n % 4]],
    });
    for (const name of ['b', 10, 2, 'a']) {
      dispatcher.subscribe(`to ${name}`, { partition: name }, `sink ${name}`);
      dispatcher.ask(`to ${name}`, 5);
    }
    expect(dispatched(dispatcher, 8).to).toEqual([
      ['to 2', [3, 7]],
      ['to 10', [1, 5]],
      ['to a', [2, 6]],
      ['to b', [0, 4]],
    ]);
  });

  it('GS-129 lets an info pass when nothing is kept', () => {
    const dispatcher = make();
    expect(dispatcher.info?.('now')).toBe(true);
    dispatcher.ask('even', 2);
    dispatched(dispatcher, 1);
    expect(dispatcher.info?.('now')).toBe(true);
  });

  it('GS-157 GS-129 keeps an info behind the events kept before it, and cuts the message there', () => {
    const dispatcher = make();
    dispatcher.ask('even', 9);
    dispatched(dispatcher, 4);
    expect(dispatcher.info?.('after 3')).toBe(false);
    dispatched(dispatcher, 2, 4);
    const answer = dispatcher.ask('odd', 2);
    expect(answer).toMatchObject({ deliveries: [{ to: 'odd', events: [1, 3] }] });
    expect(answer).not.toHaveProperty('infos');
    expect(dispatcher.ask('odd', 5)).toEqual({
      demand: 5,
      deliveries: [{ to: 'odd', events: [5] }],
      queues: [{ partition: 1, added: 0, removed: 1, size: 0 }],
      infos: ['after 3'],
    });
  });

  it('GS-157 cuts one message at several infos', () => {
    const dispatcher = make();
    dispatcher.ask('even', 9);
    for (const first of [1, 3, 5]) {
      dispatched(dispatcher, 1, first);
      dispatcher.info?.(`after ${first}`);
    }
    expect(dispatcher.ask('odd', 9)).toMatchObject({
      deliveries: [
        { to: 'odd', events: [1] },
        { to: 'odd', events: [3] },
        { to: 'odd', events: [5] },
      ],
      infos: ['after 1', 'after 3', 'after 5'],
    });
    expect(dispatcher.info?.('now')).toBe(true);
  });

  it('GS-157 waits for the last of several queues', () => {
    const dispatcher = make();
    dispatcher.ask('even', 1);
    dispatcher.ask('odd', 1);
    dispatched(dispatcher, 2);
    expect(dispatcher.info?.('last')).toBe(false);
    expect(dispatcher.ask('even', 99)).toMatchObject({ infos: [] });
    expect(dispatcher.ask('odd', 99)).toMatchObject({ infos: ['last'] });
  });

  it('GS-157 releases an info when its queue is cleared by a cancel', () => {
    const dispatcher = make();
    dispatcher.ask('even', 4);
    dispatched(dispatcher, 2);
    dispatcher.info?.('kept');
    expect(dispatcher.cancel('odd')).toMatchObject({ demand: 1, lost: 1, infos: ['kept'] });
    expect(dispatcher.info?.('now')).toBe(true);
  });

  it('GS-157 counts a queue that was cleared once, however often it is come to later', () => {
    const dispatcher = make();
    dispatcher.ask('even', 1);
    dispatcher.ask('odd', 1);
    dispatched(dispatcher, 2);
    dispatcher.info?.('last');
    expect(dispatcher.cancel('odd')).toMatchObject({ infos: [] });
    dispatcher.subscribe('next', { partition: 1 }, 'sink');
    dispatcher.ask('next', 1);
    dispatched(dispatcher, 1, 1);
    expect(dispatcher.ask('next', 1)).not.toHaveProperty('infos');
    expect(dispatcher.ask('even', 1)).toMatchObject({ infos: ['last'] });
  });

  it('GS-157 an info waits also for a partition whose demand is used up to the last event', () => {
    const dispatcher = make();
    dispatcher.ask('even', 1);
    dispatched(dispatcher, 1);
    expect(dispatcher.info?.('kept')).toBe(false);
    expect(dispatcher.ask('even', 1)).toEqual({ demand: 1, deliveries: [], infos: ['kept'] });
    dispatched(dispatcher, 1);
    dispatcher.info?.('again');
    expect(dispatcher.cancel('even')).toEqual({ demand: 0, lost: 0, infos: ['again'] });
  });

  it('knows nothing of a subscription that is over', () => {
    const dispatcher = make();
    dispatcher.cancel('even');
    expect(dispatcher.ask('even', 3)).toBe(0);
    expect(dispatcher.cancel('even')).toBe(0);
    expect(dispatched(dispatcher, 1).leftover).toEqual([0]);
  });

  it('hands events on uncopied that nobody has asked for', () => {
    const events = [0];
    expect(make().dispatch(events).leftover).toBe(events);
  });

  it('spreads events by their own hash when there is no other', () => {
    const dispatcher = of({ names: [0, 1, 2] });
    for (const partition of [0, 1, 2]) {
      dispatcher.subscribe(`p${partition}`, { partition }, `sink ${partition}`);
      dispatcher.ask(`p${partition}`, 3_000);
    }
    const { to, ...rest } = dispatched(dispatcher, 3_000);
    expect(rest).toEqual({ leftover: [] });
    const sizes = to.map(([, events]) => events.length);
    expect(sizes).toHaveLength(3);
    for (const size of sizes) expect(Math.abs(size - 1_000)).toBeLessThan(100);
    // Three of nine thousand that were asked for.
    expect(dispatched(dispatcher, 6_001).leftover).toEqual([6_000]);
    expect(to.flatMap(([, events]) => events).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 3_000 }, (_, i) => i),
    );
  });
});

describe('partitionDispatcher()', () => {
  const refuse = (options: object, says: string) =>
    expect(() => partitionDispatcher(options as never)).toThrow(
      expect.objectContaining({ name: 'EngineError', message: expect.stringContaining(says) }),
    );

  it('GS-120 names partitions 0 to n - 1 for a number', () => {
    expect(partitionDispatcher({ partitions: 3 })).toMatchObject({
      name: 'partition',
      partitions: [0, 1, 2],
      checksPlan: true,
    });
    expect(partitionDispatcher({ partitions: 1 }).partitions).toEqual([0]);
  });

  it('GS-120 takes a list or a set of names, each of them once, and orders them', () => {
    const hash = (n: number): [number, 'a' | 'b'] => [n, n > 0 ? 'a' : 'b'];
    expect(partitionDispatcher({ partitions: ['b', 'a', 'b'], hash }).partitions).toEqual(['a', 'b']);
    expect(partitionDispatcher({ partitions: new Set([20, 3]) }).partitions).toEqual([3, 20]);
    expect(
      partitionDispatcher({ partitions: ['b', 10, 'a', 9], hash: (n: number) => [n, 9] }).partitions,
    ).toEqual([9, 10, 'a', 'b']);
  });

  it('GS-120 refuses missing and impossible partitions', () => {
    const must =
      'Cannot use partitions of partitionDispatcher as it must be an integer from 1 to 10,000 or a list of names, each a text or a number: received';
    refuse({}, `${must} undefined`);
    refuse({ partitions: 0 }, `${must} 0`);
    refuse({ partitions: 1.5 }, `${must} 1.5`);
    refuse({ partitions: [] }, `${must} []`);
    refuse({ partitions: 'ab' }, `${must} "ab"`);
    refuse({ partitions: null }, `${must} null`);
    refuse({ partitions: ['a', {}] }, must);
    refuse({ partitions: [NaN] }, must);
  });

  it('GS-120 refuses names without a hash', () => {
    const says =
      'Cannot use partitionDispatcher without a hash as its partitions must then be integers: received "a", "b"';
    refuse({ partitions: ['a', 'b'] }, says);
    refuse({ partitions: [1, 0.5] }, 'received 0.5, 1');
  });

  it('refuses unknown options and a hash that is no function', () => {
    refuse(
      { partitions: 2, hsah: 1 },
      'Cannot use hsah as partitionDispatcher may only have partitions, hash: received "hsah"; did you mean "hash"?',
    );
    refuse({ partitions: 2, hash: 'mod' }, 'Cannot use hash of partitionDispatcher as it must be a function');
    expect(() => partitionDispatcher(7 as never)).toThrow(
      'Cannot use options of partitionDispatcher as it must be an object with partitions: received 7',
    );
    expect(() => partitionDispatcher(undefined as never)).toThrow('received undefined');
  });

  it('GS-122 none is the same in every copy of the engine', () => {
    expect(none).toBe(Symbol.for('sluice.none'));
  });

  it('makes a dispatcher for each stage', () => {
    const spec = partitionDispatcher({ partitions: 2 });
    expect(spec.create(dispatcherContext())).not.toBe(spec.create(dispatcherContext()));
  });
});
