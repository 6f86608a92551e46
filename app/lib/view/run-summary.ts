import type { PipelineState, PlanView, SubscriptionId, TraceEntry, WorkerId } from 'sluice';
import { AskLog } from './ask-log.ts';
import { edgeOf, edgeStates, type EdgeState } from './edge-state.ts';
import { flowCards } from './flow-view.ts';
import { alikeUpTo, RunLogs, type RunLog } from './run-logs.ts';
import { taskWords } from './stage-facts.ts';
import { TroubleLog } from './trouble-log.ts';
import { countText, durationText, plural } from './value-label.ts';

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

/** What the summary of a run is made from, so that a move to another moment costs little. */
class SummaryLog implements RunLog {
  readonly asks = new AskLog();
  readonly troubles = new TroubleLog();
  /** Worker → entries applied when its first one was; in that order. */
  readonly #workers = new Map<WorkerId, number>();

  get entries(): readonly TraceEntry[] {
    return this.asks.entries;
  }

  get known(): number {
    return this.asks.known;
  }

  update(entries: readonly TraceEntry[], to = entries.length): void {
    const known = alikeUpTo(this.entries, entries, Math.min(this.known, to));
    for (const [worker, n] of this.#workers) if (n > known) this.#workers.delete(worker);
    for (let i = known; i < to; i += 1) {
      const worker = entries[i]?.worker;
      if (worker !== undefined && !this.#workers.has(worker)) this.#workers.set(worker, i + 1);
    }
    this.asks.update(entries, to);
    this.troubles.update(entries, to);
  }

  workersAt(at: number): number {
    return [...this.#workers.values()].filter((n) => n <= at).length;
  }
}

/** What summaries of runs are made from. */
export const summaryLogs = new RunLogs(() => new SummaryLog());

/** What happened up to a moment, in a few sentences. */
export function runSummary(
  plan: PlanView,
  entries: readonly TraceEntry[],
  { at, state, transport }: Moment,
): string[] {
  if (at === 0) return ['Nothing has happened yet.'];
  const log = summaryLogs.of(plan, entries);
  const workers = log.workersAt(at);
  const shape = `${plural(plan.stages.length, 'stage')} on ${plural(workers, 'worker')}, ${plural(at, 'entry', 'entries')} in ${durationText(state.atMs)}.`;
  const asks = asksByEdge(log.asks, at, state);
  const edges = edgeStates(state);
  return [
    shape,
    ...(transport && workers > 1 ? [CARRIERS[transport]] : []),
    ...flowSentences(plan, state),
    ...plan.subscriptions.map((link) =>
      subscriptionSentence(link, asks.get(link.id) ?? NO_ASKS, edges.get(link.id)),
    ),
    ...taskSentences(plan, state),
    ...log.troubles.sentences(at, state),
  ];
}

interface Asks {
  readonly count: number;
  /** The most that was pending after one of them. */
  readonly most: number;
}

const NO_ASKS: Asks = { count: 0, most: 0 };

function asksByEdge(log: AskLog, at: number, state: PipelineState): ReadonlyMap<SubscriptionId, Asks> {
  const asks = new Map<SubscriptionId, Asks>();
  for (const subscription of log.subscriptions) {
    const edge = edgeOf(state, subscription);
    const { count, most } = asks.get(edge) ?? NO_ASKS;
    const own = log.asksAt(subscription, at);
    asks.set(edge, { count: count + own.count, most: Math.max(most, own.most) });
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
