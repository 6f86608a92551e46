import type { TraceEntry } from 'sluice';
import type { ChaosCase } from './chaos-shapes.ts';
import { shortest } from './chaos-shrink.ts';

/** What became of a case. */
export interface Outcome {
  /** The first thing that is not accounted for; `null` where all is. */
  readonly unexplained: string | null;
  readonly entries: readonly TraceEntry[];
}

/** The last entries of a story: what led to the moment at which an event was nowhere. */
const SHOWN_ENTRIES = 25;

/** What a case that fails says of itself: its number, the shortest way to such a failure, and how to see it again. */
export async function storyOf(
  failing: ChaosCase,
  run: (one: ChaosCase) => Promise<Outcome>,
  file: string,
): Promise<string> {
  const { unexplained } = await run(failing);
  const short = await shortest(failing, async (one) => (await run(one)).unexplained !== null);
  const outcome = await run(short);
  return [
    `chaos seed ${failing.seed}: ${unexplained}`,
    `shortest: ${outcome.unexplained}`,
    `on ${short.workers} workers, ${inWords(short)}`,
    ...outcome.entries.slice(-SHOWN_ENTRIES).map(line),
    `again: CHAOS_SEED=${failing.seed} npx vitest run test/laws/chaos/${file}`,
  ].join('\n');
}

/** The numbers to run: all of these, or the one that `CHAOS_SEED` names. */
export function seedsFrom(first: number, count: number): readonly number[] {
  const only = process.env['CHAOS_SEED'];
  return only === undefined ? Array.from({ length: count }, (_, i) => first + i) : [Number(only)];
}

function inWords({ shape, faults }: ChaosCase): string {
  const told = faults.map(({ what, after, which }) => `${what} (${which}) after ${after} steps`);
  return `${JSON.stringify(shape)}, ${told.join(', ') || 'no fault'}`;
}

const HEAD: ReadonlySet<string> = new Set(['seq', 'stage', 'type', 'atMs', 'worker', 'cause']);

function line(entry: TraceEntry): string {
  const { seq, stage, type, worker, cause } = entry;
  const rest = Object.fromEntries(Object.entries(entry).filter(([key]) => !HEAD.has(key)));
  return `  #${seq} ${stage} (${worker + 1}) ${type} ← #${cause ?? '-'} ${JSON.stringify(rest)}`;
}
