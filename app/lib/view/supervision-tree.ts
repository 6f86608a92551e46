import type { PipelineState, PlanView, StageId, SupervisorView, TraceEntry } from 'sluice';
import { supervisorCards, type SupervisorCard } from './supervisor-view.ts';
import { countText, reasonText } from './value-label.ts';

/** A stage that a supervisor starts again. */
export interface SupervisedChild {
  readonly id: StageId;
  readonly doing: 'absent' | 'running' | 'ended' | 'crashed';
  /** Which start of it this is; `null` in its first life. */
  readonly life: string | null;
  /** What happens to it at the moment shown; `null` where nothing does. */
  readonly now: 'crashes' | 'ends' | 'is started again' | null;
  /** All of it in words. */
  readonly words: string;
}

/** A supervisor with its stages, and the supervisors below it. */
export interface SupervisionNode {
  readonly card: SupervisorCard;
  readonly children: readonly SupervisedChild[];
  readonly below: readonly SupervisionNode[];
  /** "2 of 3 restarts": how near it is to giving up; `null` before its first restart. */
  readonly usedText: string | null;
}

/** Who starts whom again, as a tree: supervisors that nobody watches over come first. */
export function supervisionTree(
  plan: PlanView,
  state: PipelineState,
  entry: TraceEntry | null,
): readonly SupervisionNode[] {
  const supervisors = plan.supervisors ?? [];
  const cards = new Map(supervisorCards(plan, state).map((card) => [card.id, card]));
  const kept = new Set(supervisors.flatMap(({ children }) => children.map(({ id }) => id)));
  const nodeOf = (supervisor: SupervisorView): readonly SupervisionNode[] => {
    const card = cards.get(supervisor.id);
    if (!card) return [];
    const own = state.supervisors[supervisor.id];
    const below = supervisor.children.flatMap(({ id }) => supervisors.filter((one) => one.id === id));
    const stages = supervisor.children.filter(({ id }) => !below.some((one) => one.id === id));
    return [
      {
        card,
        children: stages.map(({ id }) => childOf(id, state, entry)),
        below: below.flatMap(nodeOf),
        usedText:
          own && own.restarts > 0
            ? `${countText(own.recent)} of ${countText(own.maxRestarts)} restarts`
            : null,
      },
    ];
  };
  return supervisors
    .filter(({ id }) => !kept.has(id))
    .reverse()
    .flatMap(nodeOf);
}

function childOf(id: StageId, state: PipelineState, entry: TraceEntry | null): SupervisedChild {
  const own = state.stages[id];
  const doing = doingOf(own?.status);
  const now = happening(id, entry);
  const life = own && own.life > 1 ? `life ${countText(own.life)}` : null;
  const why = entry?.type === 'restart' && entry.child === id ? ` after ${reasonText(entry.reason)}` : '';
  const words = [id, DOING[doing], ...(life === null ? [] : [`in ${life}`])].join(' ');
  return { id, doing, life, now, words: now === null ? words : `${words}; it ${now}${why}` };
}

type Doing = SupervisedChild['doing'];

const DOING: Readonly<Record<Doing, string>> = {
  absent: 'has not been started',
  running: 'runs',
  ended: 'has ended',
  crashed: 'has crashed',
};

function doingOf(status: PipelineState['stages'][string]['status'] | undefined): Doing {
  switch (status) {
    case 'idle':
    case 'busy':
      return 'running';
    case 'exited':
      return 'ended';
    case 'crashed':
      return 'crashed';
    case 'absent':
    case undefined:
      return 'absent';
  }
}

function happening(id: StageId, entry: TraceEntry | null): SupervisedChild['now'] {
  if (!entry) return null;
  if (entry.type === 'restart') return entry.child === id ? 'is started again' : null;
  if (entry.stage !== id) return null;
  if (entry.type === 'crash') return 'crashes';
  if (entry.type === 'exit') return 'ends';
  return entry.type === 'start' && (entry.life ?? 1) > 1 ? 'is started again' : null;
}
