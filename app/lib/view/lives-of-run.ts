import type { PlanView, TraceEntry } from 'sluice';
import { EventLives } from './event-lives.ts';

/** What is known of the runs that were looked at: as long as their plans are there. */
const KNOWN = new WeakMap<PlanView, EventLives>();

/** The events of a run. Views that look at the same run share what is known of it; a longer trace of it costs only what is new. */
export function livesOfRun(plan: PlanView, entries: readonly TraceEntry[]): EventLives {
  const known = KNOWN.get(plan);
  const isSame =
    known !== undefined &&
    (known.entries[0] ?? entries[0]) === entries[0] &&
    known.entries.length <= entries.length;
  const lives = isSame ? known : new EventLives(plan);
  lives.update(entries);
  KNOWN.set(plan, lives);
  return lives;
}
