import type { PipelineState, PlanView, SubscriptionId, TraceEntry } from 'sluice';
import { edgeOf, edgeStates, type EdgeState } from './edge-state.ts';
import { faultSentence, lostWords } from './entry-sentence.ts';
import { flowCards } from './flow-view.ts';
import { taskWords } from './stage-facts.ts';
import { countText, durationText, plural, reasonText } from './value-label.ts';

/** What carries events between the workers of a run. */
const CARRIERS = {
  ring: 'Events go from worker to worker through shared memory.',
  port: 'Events go from worker to worker through message ports: this page shares no memory.',
} as const;

interface Moment {
  /** Entries up to it. */
  readonly at: number;
  readonly state: PipelineState;
  /** Where it is known. */
  readonly transport?: keyof typeof CARRIERS | undefined;
}

/** What happened up to a moment, in a few sentences. */
export function runSummary(
  plan: PlanView,
  entries: readonly TraceEntry[],
  { at, state, transport }: Moment,
): string[] {
  if (at === 0) return ['Nothing has happened yet.'];
  const past = entries.slice(0, at);
  const workers = new Set(past.map((entry) => entry.worker)).size;
  const shape = `${plural(plan.stages.length, 'stage')} on ${plural(workers, 'worker')}, ${plural(at, 'entry', 'entries')} in ${durationText(state.atMs)}.`;
  const asks = asksByEdge(past, state);
  const edges = edgeStates(state);
  return [
    shape,
    ...(transport && workers > 1 ? [CARRIERS[transport]] : []),
    ...flowSentences(plan, state),
    ...plan.subscriptions.map((link) =>
      subscriptionSentence(link, asks.get(link.id) ?? NO_ASKS, edges.get(link.id)),
    ),
    ...taskSentences(plan, state),
    ...troubles(past, state),
  ];
}

interface Asks {
  readonly count: number;
  /** The most that was pending after one of them. */
  readonly most: number;
}

const NO_ASKS: Asks = { count: 0, most: 0 };

function asksByEdge(past: readonly TraceEntry[], state: PipelineState): ReadonlyMap<SubscriptionId, Asks> {
  const asks = new Map<SubscriptionId, Asks>();
  for (const entry of past) {
    if (entry.type !== 'ask') continue;
    const edge = edgeOf(state, entry.subscription);
    const { count, most } = asks.get(edge) ?? NO_ASKS;
    asks.set(edge, { count: count + 1, most: Math.max(most, entry.pending) });
  }
  return asks;
}

function subscriptionSentence(
  link: PlanView['subscriptions'][number],
  asks: Asks,
  own: EdgeState | undefined,
): string {
  if (!own || asks.count === 0) return `${link.consumer} has asked ${link.producer} for nothing yet.`;
  const times = asks.count === 1 ? 'once' : `${countText(asks.count)} times`;
  const refused = own.dropped === 0 ? '' : `; its selector refused ${countText(own.dropped)}`;
  return `${link.consumer} asked ${link.producer} ${times} for ${plural(own.asked, 'event')} in all, with at most ${countText(asks.most)} pending; ${link.producer} sent ${countText(own.dispatched)} of them and ${countText(own.handled)} are handled${refused}.`;
}

function taskSentences(plan: PlanView, state: PipelineState): string[] {
  return plan.stages.flatMap(({ id, children }) => {
    const tasks = state.stages[id]?.tasks;
    const any = tasks && (tasks.running.length > 0 || Object.values(tasks.ended).some((count) => count > 0));
    return any ? [`${id}: ${taskWords(tasks, children ? 'children' : 'tasks')}.`] : [];
  });
}

/** How far each flow is, layer by layer. */
function flowSentences(plan: PlanView, state: PipelineState): string[] {
  return flowCards(plan, state).map(({ id, statusText, layers }) => {
    const told = layers.map(
      ({ operations, progress, facts }) => `${operations} (${[progress, ...facts].join(', ')})`,
    );
    return `The flow ${id}, ${statusText}: ${told.join(', then ')}.`;
  });
}

/** What went wrong, was left out or was started again; the same trouble is told once, with its number. */
function troubles(past: readonly TraceEntry[], state: PipelineState): string[] {
  const counts = new Map<string, { readonly says: (count: number) => string; count: number }>();
  const add = (key: string, count: number, says: (count: number) => string) => {
    const known = counts.get(key) ?? { says, count: 0 };
    known.count += count;
    counts.set(key, known);
  };
  const ends: string[] = [];
  for (const entry of past) {
    const { type, stage } = entry;
    const at = durationText(entry.atMs);
    switch (type) {
      case 'discard':
        add(`${type} ${stage}`, entry.count, (count) => `${stage} dropped ${plural(count, 'event')}.`);
        break;
      case 'drop':
        if (entry.subscription === undefined) {
          add(
            `${type} ${stage}`,
            entry.count,
            (count) => `${stage} left out ${plural(count, 'event')} that belong to no partition.`,
          );
        }
        break;
      case 'lost':
        add(
          `${type} ${stage} ${entry.where}`,
          entry.count,
          (count) => `${stage}: ${plural(count, 'event')} lost ${lostWords(entry.where)}.`,
        );
        break;
      case 'late':
        add(
          `${type} ${stage}`,
          entry.count,
          (count) =>
            `${stage} dropped ${plural(count, 'event')} that came too late for ${count === 1 ? 'its window' : 'their windows'}.`,
        );
        break;
      case 'warning':
        add(
          `${type} ${stage}`,
          1,
          (count) => `${stage} was warned ${count === 1 ? 'once' : `${countText(count)} times`}.`,
        );
        break;
      case 'fault':
        ends.push(`At ${at}: ${faultSentence(entry, state)}`);
        break;
      case 'crash':
        ends.push(`${stage} crashed at ${at}: ${entry.error.message}`);
        break;
      case 'restart':
        ends.push(
          `${stage} started ${entry.child} again at ${at}, after ${reasonText(entry.reason)}: its life ${countText(entry.life)}.`,
        );
        break;
      case 'exit':
        ends.push(`${stage} ended at ${at}.`);
        break;
      default:
    }
  }
  return [...Array.from(counts.values(), ({ says, count }) => says(count)), ...lastOf(ends)];
}

/** Ends and restarts that are told one by one. */
const ENDS_TOLD = 12;

function lastOf(ends: readonly string[]): string[] {
  const earlier = ends.length - ENDS_TOLD;
  if (earlier <= 0) return [...ends];
  return [
    `${plural(earlier, 'earlier end and restart', 'earlier ends and restarts')}.`,
    ...ends.slice(-ENDS_TOLD),
  ];
}
