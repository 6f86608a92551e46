import type { EntryOf, PipelineState, TraceEntry } from 'sluice';
import type { EventRef } from './event-ref.ts';
import { countText, valueText } from './value-label.ts';

/** What an event is, in a sentence: "Event 42: number 43 that numbers sent to evens; it is on its way or in the mailbox". */
export function eventSentence(
  entries: readonly TraceEntry[],
  at: number,
  event: EventRef,
  state: PipelineState,
): string {
  const link = state.subscriptions[event.subscription];
  const sent = dispatchOf(entries, at, event);
  const value = sent?.events[event.index - sent.first];
  const name = value === undefined ? 'An event' : `Event ${valueText(value)}`;
  const which = link
    ? `number ${countText(event.index + 1)} that ${link.producer} sent to ${link.consumer}`
    : `number ${countText(event.index + 1)} of ${event.subscription}`;
  if (!sent || !link) return `${name}: ${which}; not sent yet at this moment`;
  const isMoving = link.eventsInFlight.some((batch) => batch.seq === sent.seq);
  return `${name}: ${which}; ${isMoving ? 'it is on its way or in the mailbox' : 'it has been taken from the mailbox'}`;
}

/** The batch that an event was sent with, among the first `at` entries. */
function dispatchOf(entries: readonly TraceEntry[], at: number, event: EventRef): EntryOf<'dispatch'> | null {
  for (let i = Math.min(at, entries.length) - 1; i >= 0; i -= 1) {
    const entry = entries[i];
    if (entry?.type !== 'dispatch' || entry.subscription !== event.subscription) continue;
    if (entry.first <= event.index && event.index < entry.first + entry.count) return entry;
    if (entry.first + entry.count <= event.index) return null;
  }
  return null;
}
