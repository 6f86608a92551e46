import { describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION, type StageRequest, type ToWorker } from 'sluice';
import { parseToWorker } from '../../../engine/transport/parse-to-worker.ts';

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
} satisfies ToWorker;

const REQUESTS: readonly StageRequest[] = [
  { type: 'call', message: { any: ['thing'] } },
  { type: 'cast', message: null },
  { type: 'info', message: 1 },
  { type: 'queueInfo', message: 'x' },
  { type: 'subscribe', producer: 'a', options: { maxDemand: 1, colour: 'red' } },
  { type: 'subscribe', producer: 'a', options: {}, replaces: { subscription: 's', reason: ['shutdown', 1] } },
  { type: 'ask', subscription: 's', count: 2 },
  { type: 'cancel', subscription: 's', reason: 'normal' },
  { type: 'demandMode', mode: 'accumulate' },
  { type: 'getDemandMode' },
  { type: 'estimateBuffered' },
  { type: 'snapshot' },
  { type: 'stop', reason: 'normal' },
  { type: 'exit', reason: { any: 'value' } },
];

const MESSAGES: readonly ToWorker[] = [
  START,
  { type: 'wire' },
  { type: 'pace', pace: 'full' },
  { type: 'budget', addEntries: 5 },
  { type: 'permit', stage: 'a', count: 1 },
  { type: 'credit', batches: 2 },
  { type: 'ping', id: 4 },
  { type: 'kill', stage: 'a', reason: 'killed' },
  ...REQUESTS.map((request): ToWorker => ({ type: 'request', id: 5, stage: 'a', request })),
  { type: 'stop' },
];

describe('parseToWorker()', () => {
  it.each(MESSAGES)('reads $type as it was sent: %j', (message) => {
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
    ['wire', 'it must be a record'],
  ])('refuses what is damaged: %j', (message, problem) => {
    expect(() => parseToWorker(message)).toThrow(expect.objectContaining({ code: 'field_damaged' }));
    expect(() => parseToWorker(message)).toThrow(problem);
  });

  it('refuses messages and requests it does not know, and another version whatever it says', () => {
    expect(() => parseToWorker({ type: 'dance' })).toThrow(
      expect.objectContaining({ code: 'protocol_unknown_message' }),
    );
    expect(() => parseToWorker({ type: 'request', id: 1, stage: 'a', request: { type: 'dance' } })).toThrow(
      expect.objectContaining({ code: 'protocol_unknown_message' }),
    );
    expect(() => parseToWorker({ type: 'start', version: 0 })).toThrow(
      expect.objectContaining({ code: 'protocol_version' }),
    );
  });
});
