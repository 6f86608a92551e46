import { describe, expect, it } from 'vitest';
import type { FromWorker } from 'sluice';
import { parseFromWorker } from '../../../engine/transport/parse-message.ts';
import { entriesOf } from '../trace/entries.ts';

const TELEMETRY = {
  type: 'telemetry',
  worker: 1,
  entries: entriesOf({ type: 'discard', stage: 'a', count: 1 }),
  dropped: 0,
  output: [{ worker: 1, atMs: 3, level: 'warn', values: ['a', null], place: '1:2' }],
  outputDropped: 2,
  stages: [
    {
      stage: 'a',
      worker: 1,
      mailbox: 0,
      handled: 1,
      emitted: 2,
      buffered: 0,
      discarded: 0,
      lost: 1,
      busyMs: 0.5,
      calls: 3,
      windows: { open: 2, late: 3 },
      status: 'held',
    },
  ],
  subscriptions: [
    { subscription: 's', consumer: 'c', producer: 'a', asked: 1, dispatched: 0, pending: 1, lost: 2 },
  ],
  permitsUsed: 4,
  held: 'pace',
  sent: 1,
  received: 2,
  idle: false,
} satisfies FromWorker;

/** One of each: the compiler asks for another as soon as the protocol grows. */
const MESSAGES: { readonly [Type in FromWorker['type']]: FromWorker & { readonly type: Type } } = {
  booted: { type: 'booted', worker: 0 },
  ready: {
    type: 'ready',
    version: 1,
    worker: 0,
    hasTasks: true,
    plan: {
      stages: [{ id: 'a', kind: 'producer', dispatcher: 'demand', bufferSize: null }],
      subscriptions: [
        { id: 's', consumer: 'b', producer: 'a', maxDemand: 2, minDemand: 1, cancel: 'permanent' },
      ],
    },
    warnings: [{ code: 'never_subscribed', stage: 'a', message: 'm', declared: 'at x' }],
  },
  failed: { type: 'failed', worker: 0, phase: 'load', error: { name: 'Error', message: 'm', stack: 's' } },
  started: { type: 'started', worker: 0 },
  conditionMet: {
    type: 'conditionMet',
    worker: 0,
    hit: { condition: { kind: 'window', stage: 'a' }, seq: 7, atMs: 3, seen: { id: 4 } },
  },
  lost: {
    type: 'lost',
    worker: 0,
    lost: 1,
    replaced: 2,
    lives: { a: 3 },
    links: [{ subscription: 's', consumer: 'b', producer: 'a', events: 4 }],
  },
  telemetry: TELEMETRY,
  pong: { type: 'pong', worker: 0, id: 7, sent: 1, received: 1, idle: true },
  entering: { type: 'entering', worker: 0, stage: 'a', callback: 'handleDemand' },
  reply: { type: 'reply', id: 1, value: { any: ['thing'] } },
  replyFailed: { type: 'replyFailed', id: 1, error: { name: 'Error', message: 'm', code: 'c' } },
  streamEvents: {
    type: 'streamEvents',
    worker: 0,
    stream: 'stream 1',
    subscription: 'a',
    events: [1, { b: 2 }],
  },
  streamEnded: {
    type: 'streamEnded',
    worker: 0,
    stream: 'stream 1',
    subscription: 'a',
    reason: ['shutdown', 'x'],
  },
  uncaught: { type: 'uncaught', worker: 0, error: { name: 'Error', message: 'm' } },
  stopped: { type: 'stopped', worker: 0 },
};

describe('parseFromWorker()', () => {
  it.each(Object.entries(MESSAGES))('takes a message "%s" as it is', (_, message) => {
    expect(parseFromWorker(structuredClone(message))).toEqual(message);
  });

  it.each([
    ['nothing', undefined, 'it must be a record'],
    ['a text', 'telemetry', 'it must be a record'],
    [
      'an unknown type',
      { type: 'hello', worker: 0 },
      'its type must be one of the protocol: received "hello"',
    ],
    ['a missing field', { ...TELEMETRY, sent: undefined }, 'sent must be a number'],
    ['a damaged entry', { ...TELEMETRY, entries: [{ seq: 1 }] }, 'type must be one of'],
    ['a damaged counter', { ...TELEMETRY, stages: [{ stage: 1 }] }, 'stages[0].stage must be a string'],
    [
      'an unknown status',
      { ...TELEMETRY, held: 'maybe' },
      'held must be one of no, pace, budget: received "maybe"',
    ],
  ])('refuses %s, naming the field', (_, message, complaint) => {
    expect(() => parseFromWorker(message)).toThrow(complaint);
  });
});
