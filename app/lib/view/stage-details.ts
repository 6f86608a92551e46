import type { PipelineState, PlanView, StageId, SubscriptionId, TraceEntry, TraceValue } from 'sluice';
import { sum } from 'd3-array';
import type { Stored } from './buffer-contents.ts';
import type { EventRef } from './event-ref.ts';
import { countText, eventGlyph, plural, valueText, type EventGlyph } from './value-label.ts';

/** One event that waits; `event`: how the trace names it, `null` before it is sent on a subscription. */
export interface WaitingEvent {
  /** `null`: the recording does not tell which event it is. */
  readonly glyph: EventGlyph | null;
  readonly text: string;
  readonly event: EventRef | null;
}

/** Events that wait at one place. */
export interface WaitingGroup {
  readonly title: string;
  readonly count: number;
  /** Of a buffer: how full it is, 0 to 1; `null` where there is no limit. */
  readonly fill: number | null;
  /** "3 of 10,000", "5 events". */
  readonly countText: string;
  /** Oldest first; at most {@link MOST_LISTED}. */
  readonly items: readonly WaitingEvent[];
  /** Events that are not in the list. */
  readonly more: number;
}

/** A partition of a dispatcher. */
export interface LaneRow {
  readonly partition: string;
  readonly consumer: StageId | null;
  readonly waiting: number;
  readonly sent: number;
  /** Keys that have gone there so far. */
  readonly keys: readonly EventGlyph[];
}

/** All that a stage holds at a moment. */
export interface StageDetails {
  /** Its whole state over several lines; `null` where there is none. */
  readonly state: string | null;
  /** The recording keeps only part of it. */
  readonly isCut: boolean;
  readonly groups: readonly WaitingGroup[];
  /** Of a partition dispatcher; else empty. */
  readonly lanes: readonly LaneRow[];
}

/** Events of a place that are listed one by one. */
export const MOST_LISTED = 24;
const TEXT_CHARACTERS = 48;

export interface DetailsSource {
  readonly plan: PlanView;
  readonly state: PipelineState;
  readonly entries: readonly TraceEntry[];
  /** Entries applied. */
  readonly at: number;
  /** What its buffer holds, oldest first: at least the first {@link MOST_LISTED}. */
  readonly stored: readonly Stored[];
  /** Keys that have gone to a consumer; left out where nobody looks. */
  readonly keysOf?: (edge: SubscriptionId) => readonly EventGlyph[];
}

/** What is to be read of a stage beside its card. `null` of one that is not known. */
export function stageDetails(stage: StageId, source: DetailsSource): StageDetails | null {
  const { plan, state } = source;
  const view = plan.stages.find(({ id }) => id === stage);
  const own = state.stages[stage];
  if (!view || !own) return null;
  const links = Object.entries(state.subscriptions);
  const buffered =
    own.buffered === 0 && view.kind === 'consumer'
      ? []
      : [
          group('In its buffer: nobody has asked for them yet', own.buffered, {
            limit: view.bufferSize,
            items: source.stored.map((value) => waiting(value, null)),
          }),
        ];
  const mail = links.flatMap(([id, link]) => {
    const count = sum(link.eventsInFlight, (batch) => batch.count);
    if (link.consumer !== stage || count === 0) return [];
    const items = link.eventsInFlight.flatMap(({ first, events }) =>
      events.map((value, i) => waiting(value, { subscription: id, index: first + i })),
    );
    return [group(`From ${link.producer}: on the way, or in its mailbox`, count, { items })];
  });
  const refs = handRefs(source, stage, own.inHand.length);
  const hand =
    own.inHand.length === 0
      ? []
      : [
          group('In hand: taken from the mailbox, not yet handled', own.inHand.length, {
            items: own.inHand.slice(0, MOST_LISTED).map((value, i) => waiting(value, refs[i] ?? null)),
          }),
        ];
  return {
    state: own.state === null ? null : stateText(own.state),
    isCut: own.state !== null && holdsCut(own.state),
    groups: [...hand, ...mail, ...buffered],
    lanes: (view.partitions ?? []).map((partition) => {
      const link = plan.subscriptions.find((one) => one.producer === stage && one.partition === partition);
      const lives = links.filter(([, one]) => one.edge === link?.id).map(([, one]) => one);
      return {
        partition: String(partition),
        consumer: link?.consumer ?? null,
        waiting: own.queues[String(partition)] ?? 0,
        sent: sum(lives, (life) => life.dispatched),
        keys: (link && source.keysOf?.(link.id)) ?? [],
      };
    }),
  };
}

function group(
  title: string,
  count: number,
  { limit, items }: { readonly limit?: number | null; readonly items: readonly WaitingEvent[] },
): WaitingGroup {
  const listed = items.slice(0, MOST_LISTED);
  return {
    title,
    count,
    fill: limit === undefined || limit === null ? null : Math.min(1, count / Math.max(1, limit)),
    countText:
      limit === undefined || limit === null
        ? plural(count, 'event')
        : `${countText(count)} of ${countText(limit)}`,
    items: listed,
    more: count - listed.length,
  };
}

function waiting(value: Stored, event: EventRef | null): WaitingEvent {
  return value === undefined
    ? { glyph: null, text: 'not recorded', event }
    : { glyph: eventGlyph(value), text: valueText(value, TEXT_CHARACTERS), event };
}

/** Entries looked back over for where the events in hand came from. */
const LOOK_BACK = 20_000;

/** How the trace names the events that a stage has in hand: the last ones it took that it has not handled. */
function handRefs({ entries, at }: DetailsSource, stage: StageId, count: number): readonly EventRef[] {
  const refs: EventRef[] = [];
  for (let i = at - 1; i >= Math.max(0, at - LOOK_BACK) && refs.length < count; i -= 1) {
    const entry = entries[i];
    if (entry?.type !== 'deliver' || entry.stage !== stage) continue;
    for (let index = entry.first + entry.count - 1; index >= entry.first && refs.length < count; index -= 1)
      refs.push({ subscription: entry.subscription, index });
  }
  return refs.length === count ? refs.reverse() : [];
}

const INDENT = '  ';
/** A value that fits here stands on one line. */
const LINE_CHARACTERS = 44;

/** A state over as many lines as it takes, as a learner would write it. */
export function stateText(value: TraceValue, indent = ''): string {
  const line = valueText(value, Infinity);
  if (value === null || typeof value !== 'object' || indent.length + line.length <= LINE_CHARACTERS)
    return line;
  const inner = indent + INDENT;
  if (isList(value)) {
    return `[\n${value.map((own) => `${inner}${stateText(own, inner)},\n`).join('')}${indent}]`;
  }
  const fields = Object.entries(value).map(([name, own]) => `${inner}${name}: ${stateText(own, inner)},\n`);
  return `{\n${fields.join('')}${indent}}`;
}

const isList = (value: TraceValue): value is readonly TraceValue[] => Array.isArray(value);

/** The sign by which a recording marks what it has left out. */
function holdsCut(value: TraceValue): boolean {
  if (typeof value === 'string') return value.includes('…');
  if (value === null || typeof value !== 'object') return false;
  return isList(value)
    ? value.some(holdsCut)
    : Object.entries(value).some(([name, own]) => name.startsWith('…') || holdsCut(own));
}
