import type { PlanView, StageState, StageView, TaskOutcome, TaskState, WindowsState } from 'sluice';
import { sum } from 'd3-array';
import { countText, plural } from './value-label.ts';
import { eventTimeText } from './window-words.ts';

/** A number on a card that is no everyday one: shown only where there is something to say. */
export interface StageFact {
  readonly kind: 'lost' | 'refused' | 'queued' | 'tasks' | 'windows' | 'late';
  /** "3 lost". */
  readonly text: string;
  /** The same with where and how, for those who read it alone. */
  readonly words: string;
}

/**
 * How a stage gives out its events: "partition: a, b, c". `null` where there is nothing to decide, because nobody or only
 * one consumer is there to get them and the stage was told nothing.
 */
export function dispatcherText(stage: StageView, plan: PlanView): string | null {
  const { dispatcher, partitions } = stage;
  if (dispatcher === null) return null;
  if (dispatcher !== 'demand') {
    return partitions ? `${dispatcher}: ${partitions.map(String).join(', ')}` : dispatcher;
  }
  const consumers = plan.subscriptions.filter(({ producer }) => producer === stage.id).length;
  return consumers > 1 ? dispatcher : null;
}

/** What became of events beside being handled, and what a stage has running elsewhere. */
export function stageFacts(stage: StageView, own: StageState): readonly StageFact[] {
  const queued = sum(Object.values(own.queues));
  const waiting = Object.entries(own.queues)
    .filter(([, size]) => size > 0)
    .map(([partition, size]) => `${countText(size)} for ${partition}`);
  const tasks = taskWords(own.tasks, stage.children ? 'children' : 'tasks');
  const { running } = own.tasks;
  const ran = sum(Object.values(own.tasks.ended));
  return [
    ...factIf(own.lost > 0, {
      kind: 'lost',
      text: `${countText(own.lost)} lost`,
      words: `${countText(own.lost)} lost`,
    }),
    ...factIf(queued > 0, {
      kind: 'queued',
      text: `${countText(queued)} queued`,
      words: `${countText(queued)} wait for a partition that has not asked: ${waiting.join(', ')}`,
    }),
    ...factIf(own.dropped > 0, {
      kind: 'refused',
      text: `${countText(own.dropped)} left out`,
      words: `${countText(own.dropped)} left out by ${stage.dispatcher === 'partition' ? 'the hash' : 'selectors'}`,
    }),
    ...factIf(running.length + ran > 0 || stage.children !== undefined, {
      kind: 'tasks',
      text: `${stage.children ? 'children' : 'tasks'} ${countText(running.length)}`,
      words: tasks,
    }),
    // The one window of a stage without windows is nothing to tell of.
    ...factIf(own.windows.type !== null && own.windows.type !== 'global', {
      kind: 'windows',
      text: plural(own.windows.open, 'window'),
      words: windowWords(own.windows),
    }),
    ...factIf(own.windows.late > 0, {
      kind: 'late',
      text: `${countText(own.windows.late)} late`,
      words: `${countText(own.windows.late)} came too late`,
    }),
  ];
}

/** "2 fixed windows open, fired 14 times, watermark at 2001-01-01T05:00Z". */
function windowWords({ type, open, fired, watermarkMs }: WindowsState): string {
  return [
    `${plural(open, `${type} window`)} open`,
    `fired ${fired === 1 ? 'once' : `${countText(fired)} times`}`,
    ...(watermarkMs === null ? [] : [`watermark at ${eventTimeText(watermarkMs)}`]),
  ].join(', ');
}

const factIf = (isSo: boolean, fact: StageFact): readonly StageFact[] => (isSo ? [fact] : []);

const OUTCOMES: Readonly<Record<TaskOutcome, string>> = {
  ok: 'done',
  failed: 'failed',
  timeout: 'too late',
  shutdown: 'shut down',
};

/** "2 children running on workers 1 and 3; 12 done; 1 failed". */
export function taskWords({ running, ended }: TaskState, what: 'tasks' | 'children'): string {
  const noun = running.length === 1 ? { tasks: 'task', children: 'child' }[what] : what;
  const workers = [...new Set(running.map(({ on }) => on + 1))].sort((a, b) => a - b);
  const where =
    workers.length === 0 ? '' : ` on ${workers.length === 1 ? 'worker' : 'workers'} ${listed(workers)}`;
  const over = OUTCOME_ORDER.flatMap((outcome) =>
    ended[outcome] > 0 ? [`${countText(ended[outcome])} ${OUTCOMES[outcome]}`] : [],
  );
  return [`${countText(running.length)} ${noun} running${where}`, ...over].join('; ');
}

const OUTCOME_ORDER = ['ok', 'failed', 'timeout', 'shutdown'] as const satisfies readonly TaskOutcome[];

/** "1", "1 and 2", "1, 2 and 3". */
function listed(items: readonly number[]): string {
  const all = items.map(String);
  const last = all.pop() ?? '';
  return all.length === 0 ? last : `${all.join(', ')} and ${last}`;
}
