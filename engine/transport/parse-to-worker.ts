import { EngineError } from '../errors.ts';
import { Fields } from '../trace/fields.ts';
import { readStopConditions } from '../trace/stop-condition.ts';
import { readWeather } from '../trace/weather.ts';
import {
  PROTOCOL_VERSION,
  type Pace,
  type StageRequest,
  type StreamOrder,
  type ToWorker,
} from './protocol.ts';

const PACES: readonly Pace[] = ['full', 'held'];

/**
 * What arrived from the controller, as a message. What programs send each other through it stays as it is.
 *
 * @throws {EngineError} `field_damaged`, naming the field; `protocol_unknown_message`; `protocol_version`.
 */
export function parseToWorker(value: unknown): ToWorker {
  const f = new Fields(value, '');
  const type = f.text('type');
  switch (type) {
    case 'start':
      return start(f);
    case 'wire':
    case 'stop':
      return { type };
    case 'pace':
      return { type, pace: f.oneOf('pace', PACES) };
    case 'stopWhen':
      return { type, conditions: readStopConditions(f.unknown('conditions')) };
    case 'budget':
      return { type, addEntries: f.number('addEntries') };
    case 'permit':
      return { type, stage: f.text('stage'), count: f.number('count') };
    case 'credit':
      return { type, batches: f.number('batches') };
    case 'ping':
      return { type, id: f.number('id') };
    case 'stream':
      return { type, stream: f.text('stream'), order: streamOrder(f.fields('order')) };
    case 'kill':
      return { type, stage: f.text('stage'), reason: f.unknown('reason') };
    case 'lose':
      return {
        type,
        lost: f.number('lost'),
        replaced: f.number('replaced'),
        fault: f.number('fault'),
        ends: f.numbers('ends'),
      };
    case 'crash':
      return { type, stage: f.text('stage'), message: f.text('message') };
    case 'freeze':
    case 'thaw':
      return { type, stage: f.text('stage') };
    case 'slowLink':
      return {
        type,
        subscription: f.text('subscription'),
        consumer: f.text('consumer'),
        producer: f.text('producer'),
        ...(f.has('isKnown') && { isKnown: f.truth('isKnown') }),
        delayMs: f.number('delayMs'),
      };
    case 'request':
      return { type, id: f.number('id'), stage: f.text('stage'), request: stageRequest(f.fields('request')) };
    default:
      throw new EngineError('protocol_unknown_message', { received: JSON.stringify(type.slice(0, 40)) });
  }
}

function streamOrder(f: Fields): StreamOrder {
  const type = f.text('type');
  const subscription = () => f.text('subscription');
  switch (type) {
    case 'subscribe':
      return {
        type,
        subscription: subscription(),
        producer: f.text('producer'),
        options: f.record('options'),
      };
    case 'mode':
      return { type, producers: f.texts('producers'), mode: f.oneOf('mode', ['forward', 'accumulate']) };
    case 'ask':
      return { type, subscription: subscription(), count: f.number('count') };
    case 'cancel':
      return {
        type,
        subscription: subscription(),
        producer: f.text('producer'),
        reason: f.unknown('reason'),
      };
    case 'close':
      return { type };
    default:
      throw new EngineError('protocol_unknown_message', { received: JSON.stringify(type.slice(0, 40)) });
  }
}

function start(f: Fields): ToWorker {
  const version = f.number('version');
  // Another version may have other fields: that it is one is what has to be said.
  if (version !== PROTOCOL_VERSION) {
    throw new EngineError('protocol_version', { received: version, supported: PROTOCOL_VERSION });
  }
  return {
    type: 'start',
    version,
    workers: f.number('workers'),
    placement: f.numbers('placement'),
    seed: f.number('seed'),
    ...(f.has('weather') && { weather: readWeather(f.unknown('weather')) }),
    ...(f.has('stopWhen') && { stopWhen: readStopConditions(f.unknown('stopWhen')) }),
    pace: f.oneOf('pace', PACES),
    trace: f.oneOf('trace', ['full', 'counters']),
    entryBudget: f.number('entryBudget'),
    credits: f.number('credits'),
    reportEntries: f.number('reportEntries'),
    ...(f.has('replaced') && { replaced: f.numberList('replaced') }),
    ...(f.has('copies') && { copies: f.numbers('copies') }),
    ...(f.has('takesOver') && { takesOver: takesOver(f.fields('takesOver')) }),
  };
}

function takesOver(f: Fields) {
  return { afterSeq: f.number('afterSeq'), elapsedMs: f.number('elapsedMs'), lives: f.numbers('lives') };
}

function stageRequest(f: Fields): StageRequest {
  const type = f.text('type');
  switch (type) {
    case 'call':
    case 'cast':
    case 'info':
    case 'queueInfo':
      return { type, message: f.unknown('message') };
    case 'subscribe':
      return {
        type,
        producer: f.text('producer'),
        options: f.record('options'),
        ...(f.has('replaces') && { replaces: replaces(f.fields('replaces')) }),
      };
    case 'ask':
      return { type, subscription: f.text('subscription'), count: f.number('count') };
    case 'cancel':
      return { type, subscription: f.text('subscription'), reason: f.unknown('reason') };
    case 'demandMode':
      return { type, mode: f.oneOf('mode', ['forward', 'accumulate']) };
    case 'getDemandMode':
    case 'estimateBuffered':
    case 'snapshot':
      return { type };
    case 'stop':
    case 'exit':
      return { type, reason: f.unknown('reason') };
    default:
      throw new EngineError('protocol_unknown_message', { received: JSON.stringify(type.slice(0, 40)) });
  }
}

function replaces(f: Fields) {
  return { subscription: f.text('subscription'), reason: f.unknown('reason') };
}
