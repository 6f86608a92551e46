import { EngineError } from '../errors.ts';
import { PLAN_WARNINGS, type PlanWarning } from '../trace/plan-view.ts';
import { parseEntry, parseTraceError } from '../trace/codec.ts';
import { Fields } from '../trace/fields.ts';
import { parsePlan } from '../trace/parse-plan.ts';
import { readStopCondition, type StopHit } from '../trace/stop-condition.ts';
import { LOG_LEVELS } from '../trace/trace-entry.ts';
import type {
  Crossings,
  FromWorker,
  LinkAccount,
  OutputLine,
  StageCounters,
  SubscriptionCounters,
} from './protocol.ts';

/**
 * What arrived from a worker, as a message. A worker runs a stranger's program: nothing it says is taken as it is.
 *
 * @throws {EngineError} `field_damaged`, naming the field; `protocol_unknown_message`.
 */
export function parseFromWorker(value: unknown): FromWorker {
  const f = new Fields(value, '');
  const type = f.text('type');
  const worker = type.startsWith('reply') ? 0 : f.number('worker');
  switch (type) {
    case 'ready':
      return {
        type,
        worker,
        version: f.number('version'),
        hasTasks: f.truth('hasTasks'),
        plan: parsePlan(f.unknown('plan')),
        warnings: f.list('warnings', planWarning),
      };
    case 'failed':
      return {
        type,
        worker,
        phase: f.oneOf('phase', ['load', 'plan']),
        error: parseTraceError(f.unknown('error')),
      };
    case 'booted':
    case 'started':
    case 'stopped':
      return { type, worker };
    case 'lost':
      return {
        type,
        worker,
        lost: f.number('lost'),
        replaced: f.number('replaced'),
        lives: f.numbers('lives'),
        links: f.list('links', linkAccount),
      };
    case 'telemetry':
      return {
        type,
        worker,
        entries: f.items('entries', parseEntry),
        dropped: f.number('dropped'),
        output: f.list('output', outputLine),
        outputDropped: f.number('outputDropped'),
        stages: f.list('stages', stageCounters),
        subscriptions: f.list('subscriptions', subscriptionCounters),
        permitsUsed: f.number('permitsUsed'),
        held: f.oneOf('held', ['no', 'pace', 'budget']),
        ...crossings(f),
      };
    case 'pong':
      return { type, worker, id: f.number('id'), ...crossings(f) };
    case 'conditionMet':
      return { type, worker, hit: stopHit(f.fields('hit')) };
    case 'entering':
      return { type, worker, stage: f.text('stage'), callback: f.text('callback') };
    case 'reply':
      return { type, id: f.number('id'), value: f.unknown('value') };
    case 'replyFailed':
      return { type, id: f.number('id'), error: parseTraceError(f.unknown('error')) };
    case 'streamEvents':
      return {
        type,
        worker,
        stream: f.text('stream'),
        subscription: f.text('subscription'),
        events: f.items('events', (event) => event),
      };
    case 'streamEnded':
      return {
        type,
        worker,
        stream: f.text('stream'),
        subscription: f.text('subscription'),
        reason: f.unknown('reason'),
      };
    case 'uncaught':
      return { type, worker, error: parseTraceError(f.unknown('error')) };
    default:
      throw new EngineError('protocol_unknown_message', { received: JSON.stringify(type.slice(0, 40)) });
  }
}

function stopHit(f: Fields): StopHit {
  return {
    condition: readStopCondition(f.unknown('condition'), 'condition'),
    seq: f.number('seq'),
    atMs: f.number('atMs'),
    seen: f.value('seen'),
  };
}

function linkAccount(f: Fields): LinkAccount {
  return {
    subscription: f.text('subscription'),
    consumer: f.text('consumer'),
    producer: f.text('producer'),
    events: f.number('events'),
  };
}

function crossings(f: Fields): Crossings {
  return { sent: f.number('sent'), received: f.number('received'), idle: f.truth('idle') };
}

function planWarning(f: Fields): PlanWarning {
  return {
    code: f.oneOf('code', PLAN_WARNINGS),
    stage: f.text('stage'),
    message: f.text('message'),
    declared: f.text('declared'),
  };
}

function outputLine(f: Fields): OutputLine {
  return {
    worker: f.number('worker'),
    atMs: f.number('atMs'),
    level: f.oneOf('level', LOG_LEVELS),
    values: f.values('values'),
    ...(f.has('place') && { place: f.text('place') }),
  };
}

function stageCounters(f: Fields): StageCounters {
  return {
    stage: f.text('stage'),
    worker: f.number('worker'),
    mailbox: f.number('mailbox'),
    handled: f.number('handled'),
    emitted: f.number('emitted'),
    buffered: f.number('buffered'),
    discarded: f.number('discarded'),
    lost: f.number('lost'),
    busyMs: f.number('busyMs'),
    calls: f.number('calls'),
    ...(f.has('kept') && { kept: f.number('kept') }),
    ...(f.has('tasks') && { tasks: f.number('tasks') }),
    ...(f.has('windows') && { windows: windowCounts(f.fields('windows')) }),
    status: f.oneOf('status', ['waiting', 'busy', 'held', 'frozen', 'exited', 'crashed']),
  };
}

function windowCounts(f: Fields): NonNullable<StageCounters['windows']> {
  return { open: f.number('open'), late: f.number('late') };
}

function subscriptionCounters(f: Fields): SubscriptionCounters {
  return {
    subscription: f.text('subscription'),
    consumer: f.text('consumer'),
    producer: f.text('producer'),
    asked: f.number('asked'),
    dispatched: f.number('dispatched'),
    pending: f.number('pending'),
    lost: f.number('lost'),
  };
}
