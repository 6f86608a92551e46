import type { PipelineState, PlanView, StageId, SupervisorView } from 'sluice';
import { countText, plural, reasonText } from './value-label.ts';

/** What the picture says of one supervisor. */
export interface SupervisorCard {
  readonly id: StageId;
  /** "one for one". */
  readonly strategyText: string;
  /** Whom it watches over, in the order in which they are started. */
  readonly children: readonly StageId[];
  /** "2 restarts". */
  readonly restartsText: string;
  /** Children started again so far. */
  readonly restarts: string;
  /** "at most 3 in 5 s". */
  readonly limitText: string;
  readonly ended: boolean;
  /** All of it in one sentence. */
  readonly name: string;
}

const STRATEGIES: Readonly<Record<SupervisorView['strategy'], string>> = {
  oneForOne: 'one for one',
  restForOne: 'rest for one',
  oneForAll: 'one for all',
};

/** What each strategy starts again. */
const MEANINGS: Readonly<Record<SupervisorView['strategy'], string>> = {
  oneForOne: 'starts again the child that ended',
  restForOne: 'starts again the child that ended and those started after it',
  oneForAll: 'starts all children again when one ends',
};

/** The supervisors of a plan, outermost first. */
export function supervisorCards(plan: PlanView, state: PipelineState): readonly SupervisorCard[] {
  return [...(plan.supervisors ?? [])].reverse().map((supervisor) => supervisorCard(supervisor, state));
}

function supervisorCard(supervisor: SupervisorView, state: PipelineState): SupervisorCard {
  const { id, strategy, maxRestarts, maxSeconds } = supervisor;
  const own = state.supervisors[id];
  const restarts = own?.restarts ?? 0;
  const ended = own?.status === 'ended';
  const children = supervisor.children.map((child) => child.id);
  const limitText = `at most ${countText(maxRestarts)} in ${countText(maxSeconds)} s`;
  const facts = [
    `${id}, supervisor of ${children.join(', ')}: ${STRATEGIES[strategy]}, ${MEANINGS[strategy]}`,
    `${plural(restarts, 'restart')} so far, ${limitText}`,
    ...(own?.last ? [`the last was ${own.last.child}, which ended with ${reasonText(own.last.reason)}`] : []),
    ...(ended ? [`it has ended (${reasonText(own.reason)})`] : []),
  ];
  return {
    id,
    strategyText: STRATEGIES[strategy],
    children,
    restartsText: plural(restarts, 'restart'),
    restarts: countText(restarts),
    limitText,
    ended,
    name: facts.join('; '),
  };
}

/** Child → the supervisor that starts it again. */
export function supervisorsOf(plan: PlanView): ReadonlyMap<StageId, SupervisorView> {
  return new Map(
    (plan.supervisors ?? []).flatMap((supervisor) =>
      supervisor.children.map((child) => [child.id, supervisor] as const),
    ),
  );
}
