import { consumer, pipeline, runVirtual, type Plan, type TraceEntry } from 'sluice';
import type { Producer, SubscribeOptions } from 'sluice';

/** What a consumer got of a source, and how the run went. */
export interface Collected<Event> {
  readonly events: readonly Event[];
  readonly batches: readonly (readonly Event[])[];
  readonly entries: readonly TraceEntry[];
  readonly ended: string;
}

/** A pipeline of a source and one consumer that keeps what it gets. */
export function collecting<Event>(
  source: Producer<void, Event>,
  options: SubscribeOptions<Event>,
  into: Event[][],
): Plan {
  const sink = consumer<Event>({ handleEvents: (events) => void into.push([...events]) });
  return pipeline(({ start, subscribe }) => {
    const from = start('source', source);
    subscribe(start('sink', sink), { to: from, cancel: 'transient', ...options });
  });
}

/** Runs a source into one consumer, in virtual time. */
export async function collected<Event>(
  source: Producer<void, Event>,
  options: SubscribeOptions<Event> = {},
  seed = 0,
): Promise<Collected<Event>> {
  const batches: Event[][] = [];
  const run = await runVirtual(collecting(source, options, batches), { seed });
  return { events: batches.flat(), batches, entries: run.entries, ended: run.ended };
}

/** How a stage ended: its exit's reason, `crash` with its message, or `alive`. */
export function endOf(entries: readonly TraceEntry[], stage: string): string {
  for (const entry of entries) {
    if (entry.stage !== stage) continue;
    if (entry.type === 'crash') return `crash: ${entry.error.message}`;
    if (entry.type === 'exit') return String(entry.reason);
  }
  return 'alive';
}

/** Demand that reached a source, as far as it was tracked. */
export function demands(entries: readonly TraceEntry[], stage = 'source'): number[] {
  return entries.flatMap((entry) =>
    entry.stage === stage && entry.type === 'begin' && entry.callback === 'handleDemand'
      ? [entry.demand ?? 0]
      : [],
  );
}
