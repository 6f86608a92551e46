import type {
  Fault,
  PipelineState,
  PlanView,
  StageId,
  StopCondition,
  SubscriptionId,
  WorkerId,
} from 'sluice';
import { edgeStates } from './edge-state.ts';
import { delayText, linkText } from './slow-link.ts';
import type { RunStatus } from '../sandbox/run-view.ts';

/** What a learner may do to a run from its picture. */
export type Injection = Fault | { readonly fault: 'kill'; readonly stage: StageId };

/** What a fault menu is about. */
export type FaultTarget =
  { readonly type: 'stage'; readonly id: StageId } | { readonly type: 'edge'; readonly id: SubscriptionId };

/** One line of a fault menu. */
export interface FaultItem {
  readonly label: string;
  /** What it does, in a few words. */
  readonly detail: string;
  readonly injection: Injection;
  /** Of a choice: whether it is the one that holds now. `null` for what is done once. */
  readonly checked: boolean | null;
  /** Why it cannot be done now; `null` when it can. */
  readonly disabled: string | null;
}

/** A condition to stop at that a menu offers, to be completed. */
export interface StopItem {
  readonly label: string;
  /** What it is, in a few words. */
  readonly detail: string;
  readonly condition: StopCondition;
}

/** A menu, ready to be shown. */
export interface FaultMenuView {
  /** What it is about, as its name: "Faults of numbers". */
  readonly name: string;
  /** Why nothing can be done now; `null` while a run goes on. */
  readonly reason: string | null;
  readonly items: readonly FaultItem[];
  /** At what the run may be held, or a recording looked through. */
  readonly stops: readonly StopItem[];
}

/** How many events waiting at a stage are offered first to stop at: as many as it asks for at most, if they are few. */
export function likelyDepth({ subscriptions }: PlanView, stage: StageId): number {
  const asked = subscriptions.filter(({ consumer }) => consumer === stage).map(({ maxDemand }) => maxDemand);
  return Math.min(FEW, Math.max(0, ...asked) || FEW);
}

const FEW = 10;

function stageStops(stage: StageId, { plan, state: { stages } }: Run): readonly StopItem[] {
  const hasWindows = (stages[stage]?.windows.type ?? null) !== null;
  return [
    {
      label: 'Stop when events wait here…',
      detail: 'on their way to it, in hand or in its buffer',
      condition: { kind: 'depth', stage, atLeast: likelyDepth(plan, stage) },
    },
    ...(hasWindows
      ? [
          {
            label: 'Stop when a window fires…',
            detail: 'each time that one emits',
            condition: { kind: 'window', stage } as const,
          },
        ]
      : []),
  ];
}

function edgeStops(subscription: SubscriptionId): readonly StopItem[] {
  return [
    {
      label: 'Stop when pending is 0…',
      detail: 'nothing is asked for that has not come',
      condition: { kind: 'pending', subscription, is: 0 },
    },
    {
      label: 'Stop when an event passes…',
      detail: 'one with a key or a value that you name',
      condition: { kind: 'value', of: { subscription }, path: '', equals: '' },
    },
  ];
}

/** How a link may be slowed, ms. */
const DELAYS_MS = [100, 1_000] as const;

const GOES_ON: ReadonlySet<RunStatus> = new Set(['running', 'paused', 'spent']);

/** Why no fault can be injected; `null` while a run goes on. */
export function faultsOff(status: RunStatus, isRecording: boolean): string | null {
  if (isRecording) return 'This is a recording: faults need a run of your own.';
  if (GOES_ON.has(status)) return null;
  if (status === 'compiling' || status === 'starting') return 'The run is about to begin.';
  return status === 'ready'
    ? 'Press Run first: faults need a run that goes on.'
    : 'The run is over: run it again.';
}

/**
 * What can be done to a stage and its worker, or to a link.
 *
 * @param state - Of the end of the run, whatever moment the picture shows: faults strike now.
 * @param reason - Why nothing can be done at all.
 */
export function faultMenu(
  target: FaultTarget,
  run: {
    readonly plan: PlanView;
    readonly state: PipelineState;
    readonly placement: Readonly<Record<StageId, WorkerId>>;
    readonly reason: string | null;
  },
): FaultMenuView {
  const items = target.type === 'stage' ? stageItems(target.id, run) : edgeItems(target.id, run);
  const { reason } = run;
  return {
    name: `Faults of ${target.type === 'stage' ? target.id : linkWords(target.id, run.plan)}`,
    reason,
    stops: target.type === 'stage' ? stageStops(target.id, run) : edgeStops(target.id),
    items: reason === null ? items : items.map((item) => ({ ...item, disabled: item.disabled ?? reason })),
  };
}

type Run = Parameters<typeof faultMenu>[1];

function stageItems(stage: StageId, { state, placement }: Run): readonly FaultItem[] {
  const own = state.stages[stage];
  const isAlive = own?.status === 'idle' || own?.status === 'busy';
  const disabled = isAlive
    ? null
    : own?.status === 'absent' || !own
      ? 'It has not started.'
      : 'It has ended.';
  const isFrozen = own?.frozen ?? false;
  const once = { checked: null, disabled };
  const worker = own?.worker ?? placement[stage];
  return [
    {
      label: 'Crash',
      detail: 'fails as if a callback had thrown',
      injection: { fault: 'crash', stage },
      ...once,
    },
    isFrozen
      ? { label: 'Thaw', detail: 'takes messages again', injection: { fault: 'thaw', stage }, ...once }
      : {
          label: 'Freeze',
          detail: 'takes no message until it is thawed',
          injection: { fault: 'freeze', stage },
          ...once,
        },
    {
      label: 'End (kill)',
      detail: 'ends at once, without a last word',
      injection: { fault: 'kill', stage },
      ...once,
    },
    ...(worker === undefined ? [] : [workerItem(worker, placement)]),
  ];
}

function workerItem(worker: WorkerId, placement: Run['placement']): FaultItem {
  const there = Object.keys(placement).filter((id) => placement[id] === worker);
  return {
    label: `Kill worker ${worker + 1}`,
    detail: `with all that runs there: ${there.join(', ')}`,
    injection: { fault: 'killWorker', worker },
    checked: null,
    disabled: null,
  };
}

function edgeItems(id: SubscriptionId, { state }: Run): readonly FaultItem[] {
  const slowMs = edgeStates(state).get(id)?.slowMs ?? 0;
  return [0, ...DELAYS_MS].map((delayMs) => ({
    label: delayMs === 0 ? 'Normal' : delayText(delayMs),
    detail: delayMs === 0 ? 'as fast as it is' : 'all that travels on it takes that much longer',
    injection: { fault: 'slowLink', subscription: id, delayMs },
    checked: slowMs === delayMs,
    disabled: null,
  }));
}

function linkWords(id: SubscriptionId, plan: PlanView): string {
  const link = plan.subscriptions.find((one) => one.id === id);
  return link ? linkText(link) : `the link ${id}`;
}
