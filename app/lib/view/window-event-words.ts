import { countText } from './value-label.ts';
import { eventText, lateSentence } from './window-account.ts';
import type { StageWindows } from './window-log.ts';
import type { PlaneEvent } from './window-plane.ts';
import { bandLabel, type TimeWords } from './window-time.ts';

/** Windows that are named one by one. */
const MOST_NAMED = 3;

/**
 * Which event it is, when it came, and the windows that it counts in or came too late for.
 *
 * @param around.of - Events that came in all.
 */
export function arrivalSentence(
  own: StageWindows,
  event: PlaneEvent,
  around: { readonly times: TimeWords; readonly of: number },
): string {
  const { times, of } = around;
  const time = event.timeMs === null ? '' : `of event time ${times.of(event.timeMs)}, `;
  const came = `${eventText(event, times)}, ${time}came as number ${countText(event.arrival + 1)} of ${countText(of)}`;
  if (event.missed.length > 0) return `${came}: too late, ${lateSentence(own, event, times)}.`;
  const { length: lengthMs = 0, type = 'global' } = own.windowing ?? {};
  const into = event.entered.slice(0, MOST_NAMED).map((name) => bandLabel(type, name, lengthMs, times));
  const rest = event.entered.length - into.length;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return `${came}${into.length > 0 ? `; it counts in ${into.join(', ')}${more}` : ''}.`;
}
