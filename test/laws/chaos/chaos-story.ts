import type { TraceEntry } from 'sluice';
import { chaosCase, type ChaosCase } from './chaos-shapes.ts';
import { runChaos, type ChaosOutcome } from './chaos-run.ts';
import { shortest } from './chaos-shrink.ts';

/** The last entries of a story: what led to the moment at which an event was nowhere. */
const SHOWN_ENTRIES = 25;

/** What a case that fails says of itself: its number, the shortest way to the same failure, and how to see it again. */
export async function storyOf(seed: number, { unexplained }: ChaosOutcome): Promise<string> {
  const fails = async (one: ChaosCase) => (await runChaos(one)).unexplained !== null;
  const short = await shortest(chaosCase(seed), fails);
  const outcome = await runChaos(short);
  return [
    `chaos seed ${seed}: ${unexplained}`,
    `shortest: ${outcome.unexplained}`,
    `on ${short.workers} workers, ${inWords(short)}`,
    ...outcome.entries.slice(-SHOWN_ENTRIES).map(line),
    `again: CHAOS_SEED=${seed} npx vitest run test/laws/chaos/chaos.test.ts`,
  ].join('\n');
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
