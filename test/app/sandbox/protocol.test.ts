import { describe, expect, it } from 'vitest';
import { parseFromFrame, parseFromVirtual, parseFromWorker } from '$lib/sandbox/protocol.ts';

const entry = {
  seq: 1,
  atMs: 0.5,
  worker: 0,
  stage: 'numbers',
  cause: null,
  type: 'start',
  kind: 'producer',
  state: { next: [0, 'one'] },
};

const run = {
  plan: {
    stages: [{ id: 'numbers', kind: 'producer', dispatcher: 'demand', bufferSize: 10_000 }],
    subscriptions: [],
  },
  entries: [entry],
  seed: 11,
  ended: 'idle',
};

/** `levels` arrays inside each other. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = [value];
  return value;
}

describe('`parseFromFrame()`', () => {
  it('takes the messages of a frame, and nothing that is not told of', () => {
    expect(parseFromFrame({ type: 'ready', isolated: true, extra: 1 })).toEqual({
      type: 'ready',
      isolated: true,
    });
    const entered = [{ stage: 'numbers', callback: 'handleDemand' }, null];
    expect(parseFromFrame({ type: 'pong', id: 3, entered })).toEqual({ type: 'pong', id: 3, entered });
  });

  it.each([
    null,
    7,
    'ready',
    [],
    {},
    { type: 'ready' },
    { type: 'pong', id: -1, entered: [] },
    { type: 'pong', id: Number.NaN, entered: [] },
    { type: 'pong', id: 1, entered: [{ stage: 'numbers' }] },
    { type: 'pong', id: 1, entered: [{ stage: 'x'.repeat(20_001), callback: 'init' }] },
    { type: 'workerFailed', worker: 1e9, message: 'x', fatal: true },
    { type: 'workerFailed', worker: 0, message: 'x'.repeat(100_000), fatal: true },
    { type: 'run', code: 'alert(1)' },
  ])('refuses %j', (message) => {
    expect(parseFromFrame(message)).toBeNull();
  });
});

describe('`parseFromWorker()`', () => {
  it('takes the messages of a worker', () => {
    const message = { type: 'entering', worker: 1, stage: 'numbers', callback: 'handleDemand' };
    expect(parseFromWorker(message)).toEqual(message);
  });

  it.each([
    ['nothing', undefined],
    ['a stranger', { type: 'eval', worker: 0 }],
    ['a damaged entry', { type: 'telemetry', worker: 0, entries: [{ ...entry, seq: 'x' }] }],
    ['a value that is too deep', { type: 'reply', id: 1, value: nested(10_000) }],
    ['a text that is too long', { type: 'reply', id: 1, value: 'x'.repeat(1_000_000) }],
    ['a value that is too big', { type: 'reply', id: 1, value: new Array(6_000_000).fill(0) }],
  ])('refuses %s', (_, message) => {
    expect(parseFromWorker(message)).toBeNull();
  });
});

describe('`parseFromVirtual()`', () => {
  it('takes hidden runs', () => {
    const message = { type: 'virtual', runs: [run], warnings: [] };
    expect(parseFromVirtual(message)).toEqual(message);
  });

  it('takes the error of a program that cannot be loaded', () => {
    const message = { type: 'failed', error: { name: 'TypeError', message: 'x is not a function' } };
    expect(parseFromVirtual(message)).toEqual(message);
  });

  it.each([
    ['a run that ended in a way of its own', { ...run, ended: 'passed' }],
    ['a damaged entry', { ...run, entries: [{ ...entry, kind: 'spy' }] }],
    ['a damaged plan', { ...run, plan: { stages: 'all' } }],
  ])('refuses %s', (_, damaged) => {
    expect(parseFromVirtual({ type: 'virtual', runs: [damaged], warnings: [] })).toBeNull();
  });
});
