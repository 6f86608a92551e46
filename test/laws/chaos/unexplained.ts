import type { TraceEntry } from 'sluice';

/** An event, or a number of events, that a run does not account for. */
export class Unexplained extends Error {
  override readonly name = 'Unexplained';
}

/** @throws {Unexplained} unless it holds; what it says is only worked out then. */
export function explained(holds: boolean, says: () => string): asserts holds {
  if (!holds) throw new Unexplained(says());
}

/** "dispatch at #12". */
export function at(entry: TraceEntry): string {
  return `${entry.type} of "${entry.stage}" at #${entry.seq}`;
}

/** "1, 2, 3 … (12)": a few of them, and how many there are. */
export function some(events: readonly number[]): string {
  const shown = events.slice(0, 6).join(', ');
  return events.length > 6 ? `${shown} … (${events.length})` : shown || 'none';
}

/** Whether two lists of events are the same, in the same order. */
export function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((event, i) => event === b[i]);
}
