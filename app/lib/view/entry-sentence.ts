import type {
  EntryOf,
  LostWhere,
  PipelineState,
  StageId,
  SubscriptionId,
  TraceEntry,
  TraceValue,
} from 'sluice';
import { askSentence } from './demand-gauge.ts';
import { countText, plural, reasonText, valueText } from './value-label.ts';
import { assignText, eventTimeText, lateText, windowSentence } from './window-words.ts';

/** Events named one by one in a sentence; more are counted. */
const EVENTS_NAMED = 4;

/**
 * What one entry means, in a sentence for a learner.
 *
 * @param state - The pipeline just after the entry.
 */
export function entrySentence(entry: TraceEntry, state: PipelineState): string {
  const at = entry.stage;
  switch (entry.type) {
    case 'start':
      return start(entry);
    case 'subscribe':
      return `${at} subscribed to ${entry.producer}: at most ${countText(entry.maxDemand)} pending, asking again at ${countText(entry.minDemand)}.`;
    case 'subscribed':
      return `${at} accepted the subscription of ${entry.consumer}.`;
    case 'ask':
      return ask(entry, state);
    case 'asked':
      return `${at} took the ask for ${entry.count} from ${other(entry, state)}; ${plural(entry.open, 'event')} may now be sent.`;
    case 'dispatch':
      return `${at} sent ${someEvents(entry.events, entry.count)} to ${other(entry, state)}; ${entry.open === 0 ? 'nothing more is asked for' : `${countText(entry.open)} more may be sent`}.`;
    case 'deliver':
      return `${at} took ${plural(entry.count, 'event')} from its mailbox, sent by ${other(entry, state)}.`;
    case 'begin':
      return begin(entry);
    case 'end':
      return end(entry);
    case 'buffer':
      return `${at} stored ${plural(entry.added, 'event')} that nobody has asked for: ${countText(entry.size)}${entry.limit === null ? '' : ` of ${countText(entry.limit)}`} in its buffer.`;
    case 'unbuffer':
      return `${at} sent on ${plural(entry.removed, 'event')} from its buffer; ${countText(entry.size)} left in it.`;
    case 'discard':
      return `${at} dropped ${plural(entry.count, 'event')}: its buffer is full.`;
    case 'drop':
      return entry.subscription === undefined
        ? `${at} left out ${plural(entry.count, 'event')} that belong to no partition.`
        : `${at} left out ${plural(entry.count, 'event')} that the selector of ${other(entry, state)} refused.`;
    case 'queue':
      return entry.added > 0
        ? `${at} keeps ${plural(entry.added, 'event')} for partition ${valueText(entry.partition, 40)}, whose consumer has not asked: ${countText(entry.size)} wait.`
        : `${at} took ${plural(entry.removed, 'event')} kept for partition ${valueText(entry.partition, 40)}: ${countText(entry.size)} wait.`;
    case 'lost':
      return `${at}: ${plural(entry.count, 'event')} lost ${lostWords(entry.where)}.`;
    case 'restart':
      return restart(entry, state);
    case 'task':
      return entry.phase === 'start'
        ? `${at} started ${entry.task} on worker ${entry.on + 1}${given(entry, 'with')}.`
        : `${at}: ${entry.task} ${TASK_END[entry.outcome ?? 'ok']}${given(entry, ':')}.`;
    case 'window':
      return `${at}: ${windowSentence(entry)}.`;
    case 'watermark':
      return `${at}: the watermark is now at ${eventTimeText(entry.eventMs)}: no event from before is expected any more.`;
    case 'assign':
      return `${at} put ${plural(entry.count, 'event')} from ${other(entry, state)} ${assignText(entry)}.`;
    case 'late':
      return `${at} dropped ${someEvents(entry.events, entry.count)}: too late for ${lateText(entry.id)}, which is over.`;
    case 'cancel':
      return `${at}: the subscription between ${other(entry, state)} and ${at} ended (${reasonText(entry.reason)}).`;
    case 'exit':
      return `${at}${state.supervisors[at] ? ', the supervisor,' : ''} ended${isOrderly(entry.reason) ? ' in an orderly way' : ''} (${reasonText(entry.reason)}).`;
    case 'crash':
      return `${at} crashed${entry.callback ? ` in ${entry.callback}` : ''}: ${entry.error.message}`;
    case 'fault':
      return faultSentence(entry, state);
    case 'log':
      return `${at} printed: ${entry.values.map(printed).join(' ')}`;
    case 'warning':
      return `Warning at ${at}: ${entry.message}`;
    default:
      return unknown(entry);
  }
}

/** "in its mailbox …": completes "3 events lost". */
export function lostWords(where: LostWhere): string {
  return LOST[where];
}

const LOST: Readonly<Record<LostWhere, string>> = {
  mailbox: 'that waited in its mailbox as it ended',
  queue: 'that waited for demand from downstream as it ended',
  callback: 'that it was working on as it ended',
  step: 'that it returned where nobody takes them',
  buffer: 'from its buffer as it ended',
  held: 'that were held back as it ended',
  dispatcher: 'that its dispatcher kept as it ended',
  flight: 'on the way to it, as the subscription is over',
  worker: 'with the worker they were on',
};

const TASK_END: Readonly<Record<NonNullable<EntryOf<'task'>['outcome']>, string>> = {
  ok: 'is done',
  failed: 'failed',
  timeout: 'took too long',
  shutdown: 'was shut down',
};

/** Fails to compile while a type of entry has no case; one from a newer version is named as it is. */
function unknown(entry: never): string {
  return `Something new happened: ${JSON.stringify(entry)}`;
}

/** What a task was given, or what came of it. */
function given({ value }: EntryOf<'task'>, word: string): string {
  if (value === undefined) return '';
  return `${word === ':' ? ':' : ` ${word}`} ${valueText(value, 40)}`;
}

/** What was done to a run from outside, in a sentence. */
export function faultSentence(entry: EntryOf<'fault'>, state: PipelineState): string {
  const { stage } = entry;
  switch (entry.fault) {
    case 'killWorker':
      return entry.error
        ? `Worker ${entry.on + 1} died, and all that ran on it: ${entry.error.message}`
        : `Fault: worker ${entry.on + 1} was killed, and all that ran on it.`;
    case 'crash':
      return `Fault: ${stage} was made to crash: ${entry.message}.`;
    case 'freeze':
      return `Fault: ${stage} was frozen: it takes no message until it is thawed.`;
    case 'thaw':
      return `${stage} was thawed: it takes messages again.`;
    case 'slow':
      return entry.byMs > 0
        ? `Weather: each batch that ${stage} works on now takes ${countText(entry.byMs)} ms longer.`
        : `Weather: ${stage} is as fast as before.`;
    case 'burst':
      return entry.times === 1
        ? `Weather: the timers of ${stage} run as before.`
        : `Weather: the timers of ${stage} now run ${entry.times} times as fast.`;
    case 'slowLink':
      return entry.delayMs > 0
        ? `Fault: everything between ${stage} and ${other(entry, state)} now takes ${countText(entry.delayMs)} ms longer.`
        : `The link between ${stage} and ${other(entry, state)} is as fast as before.`;
  }
}

function start(entry: EntryOf<'start'>): string {
  const again = entry.life === undefined ? '' : ` again, for life ${countText(entry.life)},`;
  if (entry.kind === 'supervisor' || entry.kind === 'flow') {
    return `${entry.stage}, the ${entry.kind}, started${again} on worker ${entry.worker + 1}.`;
  }
  return `${entry.stage} started${again} on worker ${entry.worker + 1} as a ${kindWord(entry.kind)}, with state ${valueText(entry.state, 40)}.`;
}

function restart(entry: EntryOf<'restart'>, state: PipelineState): string {
  const own = state.supervisors[entry.stage];
  const limit = own ? ` of at most ${countText(own.maxRestarts)} in ${countText(own.maxSeconds)} s` : '';
  return `${entry.stage} starts ${entry.child} again, as it ended with ${reasonText(entry.reason)}: restart ${countText(entry.restarts)}${limit}.`;
}

const printed = (value: EntryOf<'log'>['values'][number]) =>
  typeof value === 'string' ? value : valueText(value);

export function kindWord(kind: EntryOf<'start'>['kind']): string {
  return kind === 'producerConsumer' ? 'producer-consumer' : kind;
}

function other(
  entry: { readonly stage: StageId; readonly subscription?: SubscriptionId },
  state: PipelineState,
): string {
  const link = state.subscriptions[entry.subscription ?? ''];
  if (!link) return 'a stage';
  return link.consumer === entry.stage ? link.producer : link.consumer;
}

function ask(entry: EntryOf<'ask'>, state: PipelineState): string {
  const link = state.subscriptions[entry.subscription];
  if (!link) return `${entry.stage} asked for ${entry.count}.`;
  const first = link.asked === entry.count;
  const more = first ? `its first ${entry.count}` : `${entry.count} more`;
  const why = askSentence({ ...link, pending: entry.pending }, entry.count);
  return `${entry.stage} asked ${link.producer} for ${more}: ${why}.`;
}

/** Whatever else a stage ends with, it is because something failed. */
function isOrderly(reason: TraceValue): boolean {
  const [kind] = Array.isArray(reason) ? reason : [reason];
  return kind === 'normal' || kind === 'shutdown';
}

function begin(entry: EntryOf<'begin'>): string {
  const { stage, callback } = entry;
  if (callback === 'handleDemand' && entry.demand !== undefined) {
    return `${stage} begins handleDemand: it is asked for ${plural(entry.demand, 'event')}.`;
  }
  if (callback === 'handleEvents' && entry.count !== undefined) {
    return `${stage} begins handleEvents with ${someEvents(entry.events ?? [], entry.count)}.`;
  }
  return `${stage} begins ${callback}.`;
}

function end(entry: EntryOf<'end'>): string {
  const { stage, callback, count } = entry;
  const made =
    count === 0
      ? callback === 'handleDemand'
        ? 'without any event'
        : ''
      : `with ${someEvents(entry.emitted, count)} to send`;
  const pending =
    entry.pending === undefined ? '' : `; ${plural(entry.pending, 'event')} asked for and not yet handled`;
  return `${stage} finished ${callback}${made ? ` ${made}` : ''}${pending}.`;
}

/** "the event 7", "5 events (1, 2, 3, 4, …)". */
export function someEvents(events: EntryOf<'dispatch'>['events'], count: number): string {
  const named = events.slice(0, EVENTS_NAMED).map((event) => valueText(event, 24));
  if (named.length === 0) return plural(count, 'event');
  if (count === 1) return `the event ${named.join('')}`;
  return `${plural(count, 'event')} (${named.join(', ')}${count > named.length ? ', …' : ''})`;
}
