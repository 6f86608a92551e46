import { durationText, reasonText } from '../../view/value-label.ts';
import type { Incident } from './incidents.ts';

/** Characters of a reason: there is room for all but the longest. */
const REASON_CHARACTERS = 200;

/** "parse crashed at 1.2 s". */
export function incidentName({ how, stages, atMs }: Pick<Incident, 'how' | 'stages' | 'atMs'>): string {
  const who = stages.length === 0 ? 'nothing' : stages.join(', ');
  const what = how === 'crash' ? 'crashed' : how === 'worker' ? 'went with their worker' : 'was ended';
  return `${who} ${what} at ${durationText(atMs)}`;
}

/** Why, as the end of a sentence. */
export function incidentReason({
  how,
  reason,
  injected,
}: Pick<Incident, 'how' | 'reason' | 'injected'>): string {
  if (how === 'crash' && injected) return 'somebody made it crash, the program is not to blame.';
  const text = reasonText(reason, REASON_CHARACTERS);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
