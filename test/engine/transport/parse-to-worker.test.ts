import { describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION, type StageRequest, type ToWorker } from 'sluice';
import { parseToWorker } from '../../../engine/transport/parse-to-worker.ts';
import type { StreamOrder } from '../../../engine/transport/protocol.ts';

const START = {
  type: 'start',
  version: PROTOCOL_VERSION,
  workers: 2,
  placement: { a: 0, b: 1 },
  seed: 3,
  pace: 'held',
  trace: 'counters',
  entryBudget: 10,
  credits: 2,
  reportEntries: 1_000,
} satisfies ToWorker;

/** Samples of every member of a union: the compiler asks for one as soon as the union grows. */
type Samples<Union extends { readonly type: string }> = {
  readonly [Type in Union['type']]: readonly (Union & { readonly type: Type })[];
};

const REQUESTS: Samples<StageRequest> = {
  call: [{ type: 'call', message: { any: ['thing'] } }],
  cast: [{ type: 'cast', message: null }],
  info: [{ type: 'info', message: 1 }],
  queueInfo: [{ type: 'queueInfo', message: 'x' }],
  subscribe: [
    { type: 'subscribe', producer: 'a', options: { maxDemand: 1, colour: 'red' } },
    {
      type: 'subscribe',
      producer: 'a',
      options: {},
      replaces: { subscription: 's', reason: ['shutdown', 1] },
    },
  ],
  ask: [{ type: 'ask', subscription: 's', count: 2 }],
  cancel: [{ type: 'cancel', subscription: 's', reason: 'normal' }],
  demandMode: [{ type: 'demandMode', mode: 'accumulate' }],
  getDemandMode: [{ type: 'getDemandMode' }],
  estimateBuffered: [{ type: 'estimateBuffered' }],
  snapshot: [{ type: 'snapshot' }],
  stop: [{ type: 'stop', reason: 'normal' }],
  exit: [{ type: 'exit', reason: { any: 'value' } }],
};

const ORDERS: Samples<StreamOrder> = {
  subscribe: [
    { type: 'subscribe', subscription: 's', producer: 'a', options: { maxDemand: 4, cancel: 'temporary' } },
  ],
  mode: [
    { type: 'mode', producers: ['a', 'b'], mode: 'forward' },
    { type: 'mode', producers: [], mode: 'accumulate' },
  ],
  ask: [{ type: 'ask', subscription: 's', count: 3 }],
  cancel: [{ type: 'cancel', subscription: 's', producer: 'a', reason: ['shutdown', 'x'] }],
  close: [{ type: 'close' }],
};

const MESSAGES: Samples<ToWorker> = {
  start: [
    START,
    { ...START, replaced: [0, 2], takesOver: { afterSeq: 99, elapsedMs: 1.5, lives: { a: 3 } } },
    {
      ...START,
      weather: [
        { kind: 'burst', stage: 'a', fromMs: 0, toMs: 5, times: 4 },
        { kind: 'crash', stage: 'b', atMs: 9 },
      ],
      stopWhen: [],
    },
  ],
  wire: [{ type: 'wire' }],
  pace: [
    { type: 'pace', pace: 'full' },
    { type: 'pace', pace: 'held' },
  ],
  stopWhen: [
    {
      type: 'stopWhen',
      conditions: [
        { kind: 'depth', stage: 'a', atLeast: 3 },
        { kind: 'pending', subscription: 's', is: 0, forMs: 500 },
        { kind: 'value', of: { subscription: 's' }, path: 'key', equals: 'k' },
        { kind: 'window' },
      ],
    },
  ],
  budget: [{ type: 'budget', addEntries: 5 }],
  permit: [{ type: 'permit', stage: 'a', count: 1 }],
  credit: [{ type: 'credit', batches: 2 }],
  ping: [{ type: 'ping', id: 4 }],
  kill: [{ type: 'kill', stage: 'a', reason: 'killed' }],
  lose: [{ type: 'lose', lost: 1, replaced: 2, fault: 9, ends: { a: 13 } }],
  crash: [{ type: 'crash', stage: 'a', message: 'boom' }],
  freeze: [{ type: 'freeze', stage: 'a' }],
  thaw: [{ type: 'thaw', stage: 'a' }],
  slowLink: [
    { type: 'slowLink', subscription: 's', consumer: 'a', producer: 'b', delayMs: 0.5 },
    { type: 'slowLink', subscription: 's', consumer: 'a', producer: 'b', delayMs: 1, isKnown: true },
  ],
  request: Object.values(REQUESTS)
    .flat()
    .map((request) => ({ type: 'request', id: 5, stage: 'a', request })),
  stream: Object.values(ORDERS)
    .flat()
    .map((order) => ({ type: 'stream', stream: 'stream 1', order })),
  stop: [{ type: 'stop' }],
};

describe('parseToWorker()', () => {
  it.each<ToWorker>(Object.values(MESSAGES).flat())('reads $type as it was sent: %j', (message) => {
    expect(parseToWorker(structuredClone(message))).toEqual(message);
  });

  it.each([
    [{ ...START, placement: { a: 'first' } }, 'placement.a must be a number'],
    [{ ...START, pace: 'quick' }, 'pace must be one of full, held'],
    [{ type: 'permit', stage: 3, count: 1 }, 'stage must be a string'],
    [{ type: 'request', id: 1, stage: 'a', request: 'call' }, 'request must be a record'],
    [
      { type: 'request', id: 1, stage: 'a', request: { type: 'ask', subscription: 's' } },
      'request.count must be a number',
    ],
    [
      { type: 'stream', stream: 's', order: { type: 'ask', subscription: 's' } },
      'order.count must be a number',
    ],
    [
      { type: 'stream', stream: 's', order: { type: 'mode', producers: ['a'], mode: 'faster' } },
      'order.mode must be one of forward, accumulate',
    ],
    ['wire', 'it must be a record'],
  ])('refuses what is damaged: %j', (message, problem) => {
    expect(() => parseToWorker(message)).toThrow(expect.objectContaining({ code: 'field_damaged' }));
    expect(() => parseToWorker(message)).toThrow(problem);
  });

  it('refuses messages, requests and orders it does not know, and another version whatever it says', () => {
    expect(() => parseToWorker({ type: 'dance' })).toThrow(
      expect.objectContaining({ code: 'protocol_unknown_message' }),
    );
    expect(() => parseToWorker({ type: 'request', id: 1, stage: 'a', request: { type: 'dance' } })).toThrow(
      expect.objectContaining({ code: 'protocol_unknown_message' }),
    );
    expect(() => parseToWorker({ type: 'stream', stream: 's', order: { type: 'dance' } })).toThrow(
      expect.objectContaining({ code: 'protocol_unknown_message' }),
    );
    expect(() => parseToWorker({ type: 'start', version: 0 })).toThrow(
      expect.objectContaining({ code: 'protocol_version' }),
    );
  });
});
