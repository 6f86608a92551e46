import type {
  PipelineState,
  PlanView,
  StageId,
  StageKind,
  StageState,
  StageView,
  SubscriptionId,
  SubscriptionState,
  SubscriptionView,
} from 'sluice';
import { sum } from 'd3-array';
import { demandSentence } from './demand-gauge.ts';
import { edgeStates, type EdgeState } from './edge-state.ts';
import { delayText, linkText } from './slow-link.ts';
import { kindWord } from './entry-sentence.ts';
import { flowCards, operationsOf, type FlowCard } from './flow-view.ts';
import { loadWords, type StageLoad } from './stage-load.ts';
import { dispatcherText, stageFacts, type StageFact } from './stage-facts.ts';
import { supervisorCards, supervisorsOf, type SupervisorCard } from './supervisor-view.ts';
import { countText, eventGlyph, plural, valueText, type EventGlyph } from './value-label.ts';
import { windowStates } from './window-words.ts';

/** How a stage is doing. Each has a word, a mark and a colour. */
export type StageMood =
  'absent' | 'idle' | 'busy' | 'waiting' | 'blocked' | 'frozen' | 'ended' | 'killed' | 'crashed';

/** What a stage's card says. */
export interface StageCard {
  readonly id: StageId;
  readonly kind: StageKind;
  /** "producer-consumer". */
  readonly kindText: string;
  /** "flatMap · filter": the operators of a flow that share the stage; else `null`. */
  readonly operations: string | null;
  /** What the lesson calls this kind of work, in the words of its prose and code: "Answer demand"; else `null`. */
  readonly label: string | null;
  /** "worker 2"; empty before it is known. */
  readonly workerText: string;
  /** "broadcast", "partition: a, b"; `null` where nothing is to be decided. */
  readonly dispatcherText: string | null;
  readonly mood: StageMood;
  /** "busy in handleEvents". */
  readonly moodText: string;
  /** How it has spent the last second; `null` where it does not run, or has had nothing to do yet. */
  readonly load: StageLoad | null;
  /** "life 2" of a stage that was started again; else `null`. */
  readonly lifeText: string | null;
  /** Who starts it again; `null` where nobody does. */
  readonly supervisor: StageId | null;
  /** "handled 12", "emitted 6". */
  readonly counts: readonly { readonly word: string; readonly count: string }[];
  readonly inHand: readonly EventGlyph[];
  /** Events in hand that are not in the list. */
  readonly inHandRest: number;
  /** The learner's state; `null` where there is none. */
  readonly stateText: string | null;
  /** `null` while nothing was ever stored or dropped. */
  readonly buffer: StageBuffer | null;
  /** What else became of events, and what runs elsewhere for it. */
  readonly facts: readonly StageFact[];
  /** All of it in one sentence, for those who do not see the card. */
  readonly name: string;
}

export interface StageBuffer {
  readonly size: number;
  /** 0 to 1; 0 where there is no limit. */
  readonly fill: number;
  /** "3 of 10,000". */
  readonly text: string;
  readonly discarded: number;
}

/** What a subscription says of itself. */
export interface EdgeCard {
  readonly id: SubscriptionId;
  readonly demand: Pick<SubscriptionState, 'pending' | 'maxDemand' | 'minDemand'>;
  /** Asked and not yet sent. */
  readonly open: number;
  /** The partition of its producer that it gets; `null` without partitions. */
  readonly partition: string | null;
  /** "north · 3 wait": its name, and how many events wait for it in the dispatcher. */
  readonly partitionText: string | null;
  /** Events that its selector refused. */
  readonly refused: number;
  readonly active: boolean;
  /** "+1 s" on a link that was made slower; else `null`. */
  readonly slowText: string | null;
  /** "the link from numbers to printer". */
  readonly linkText: string;
  readonly name: string;
}

/** What is known beside the trace. */
export interface Surroundings {
  readonly placement: Readonly<Record<StageId, number>>;
  /** Sub-goals that the lesson names; the picture repeats those that a stage serves. */
  readonly labels?: readonly string[];
  /** How a stage has spent the last second before the moment; left out where nobody counts. */
  readonly loadOf?: (stage: StageId) => StageLoad | null;
  /** The stage whose callback never came back. Its worker could not tell: the trace has it as it was before. */
  readonly hung?: StageId | null;
}

const IN_HAND_SHOWN = 3;

/** The sub-goal that each kind of stage serves, in the words that lessons share. */
const LABELS: Readonly<Record<StageKind, string>> = {
  producer: 'Answer demand',
  producerConsumer: 'Pass on',
  consumer: 'Handle events',
};

/** Everything the picture says in words and numbers at one moment. */
export interface PictureView {
  readonly stages: readonly StageCard[];
  readonly edges: readonly EdgeCard[];
  readonly supervisors: readonly SupervisorCard[];
  readonly flows: readonly FlowCard[];
}

/** What the picture says of a plan at a moment of its run. */
export function pipelineView(
  plan: PlanView,
  state: PipelineState,
  { placement, labels = [], hung = null, loadOf = () => null }: Surroundings,
): PictureView {
  const edges = edgeStates(state);
  const keepers = supervisorsOf(plan);
  const operators = operationsOf(plan);
  return {
    stages: plan.stages.map((stage) => ({
      ...stageCard(stage, state, {
        placement,
        hung,
        loadOf,
        dispatcherText: dispatcherText(stage, plan),
        operations: operators.get(stage.id)?.join(' · ') ?? null,
        supervisor: keepers.get(stage.id)?.id ?? null,
      }),
      // A stage of a flow is called by its operators.
      label: operators.has(stage.id) ? null : (labels.find((own) => own === LABELS[stage.kind]) ?? null),
    })),
    edges: plan.subscriptions.map((link) =>
      edgeCard(link, edges.get(link.id), {
        children: childrenOf(link, plan, state),
        queued: state.stages[link.producer]?.queues[String(link.partition)] ?? 0,
      }),
    ),
    supervisors: supervisorCards(plan, state),
    flows: flowCards(plan, state),
  };
}

const HUNG = { mood: 'crashed', moodText: 'never came back' } as const;

function stageCard(
  stage: StageView,
  state: PipelineState,
  around: Pick<Surroundings, 'placement' | 'hung'> &
    Required<Pick<Surroundings, 'loadOf'>> &
    Pick<StageCard, 'dispatcherText' | 'supervisor' | 'operations'>,
): Omit<StageCard, 'label'> {
  const { placement, hung, loadOf, dispatcherText, supervisor, operations } = around;
  const own = state.stages[stage.id];
  const worker = own?.worker ?? placement[stage.id] ?? null;
  const { mood, moodText } = stage.id === hung ? HUNG : moodOf(stage, state);
  const kindText = stage.children ? 'consumer supervisor' : kindWord(stage.kind);
  const load = RUNNING.has(mood) ? loadToTell(loadOf(stage.id)) : null;
  const workerText = worker === null ? '' : `worker ${worker + 1}`;
  const counts = countsOf(stage.kind, own);
  // What a consumer supervisor keeps are its children, which are told as such.
  const stateText =
    own && own.state !== null && !stage.children
      ? valueText(windowStates(own.state, own.windows.type), 32)
      : null;
  const buffer = own ? bufferOf(stage, own) : null;
  const inHand = own?.inHand ?? [];
  const lifeText = own && own.life > 1 ? `life ${countText(own.life)}` : null;
  const facts = own ? stageFacts(stage, own) : [];
  const said = [
    `${stage.id}, ${[kindText, workerText].filter(Boolean).join(' on ')}`,
    ...(operations === null ? [] : [`runs ${operations}`]),
    ...(dispatcherText === null ? [] : [dispatcherText.replace(/^\w+/, '$& dispatcher')]),
    ...(supervisor === null ? [] : [`supervised by ${supervisor}`]),
    lifeText === null ? moodText : `${moodText} in ${lifeText}`,
    ...(load === null ? [] : [loadWords(load)]),
    ...counts.map(({ word, count }) => `${word} ${count}`),
    ...(inHand.length > 0 ? [`has ${plural(inHand.length, 'event')} in hand`] : []),
    ...(stateText === null ? [] : [`state ${stateText}`]),
    ...(buffer ? [`${buffer.text} in its buffer`] : []),
    ...(buffer && buffer.discarded > 0 ? [`${countText(buffer.discarded)} discarded`] : []),
    ...facts.map(({ words }) => words),
  ];
  return {
    id: stage.id,
    kind: stage.kind,
    kindText,
    workerText,
    dispatcherText,
    operations,
    mood,
    moodText,
    load,
    lifeText,
    supervisor,
    counts,
    inHand: inHand.slice(0, IN_HAND_SHOWN).map(eventGlyph),
    inHandRest: Math.max(0, inHand.length - IN_HAND_SHOWN),
    stateText,
    buffer,
    facts,
    name: said.join('; '),
  };
}

/** In these a stage runs, so that a share of its time means something. */
const RUNNING: ReadonlySet<StageMood> = new Set(['idle', 'busy', 'waiting', 'blocked', 'frozen']);

/** Less than this is nothing to tell of: a stage that was hardly ever busy. */
const LEAST_TOLD = 0.005;

function loadToTell(load: StageLoad | null): StageLoad | null {
  return load !== null && Math.max(load.busy, load.blocked, load.mostBusy) >= LEAST_TOLD ? load : null;
}

function countsOf(kind: StageKind, own: StageState | undefined): StageCard['counts'] {
  const handled = { word: 'handled', count: countText(own?.handled ?? 0) };
  const emitted = { word: 'emitted', count: countText(own?.emitted ?? 0) };
  if (kind === 'producer') return [emitted];
  return kind === 'consumer' ? [handled] : [handled, emitted];
}

function bufferOf(stage: StageView, own: StageState): StageBuffer | null {
  if (own.buffered === 0 && own.discarded === 0) return null;
  const limit = stage.bufferSize;
  return {
    size: own.buffered,
    fill: limit === null ? 0 : Math.min(1, own.buffered / Math.max(1, limit)),
    text: limit === null ? countText(own.buffered) : `${countText(own.buffered)} of ${countText(limit)}`,
    discarded: own.discarded,
  };
}

/** What a stage is at, as a kind and in words. */
interface Mood {
  readonly mood: StageMood;
  readonly moodText: string;
}

/**
 * What a stage is doing, and what it waits for.
 *
 * `blocked` = it has something to pass on and nobody downstream asks; `waiting` = it has nothing to do until another
 * stage acts; `idle` = it was asked for events and makes none; `frozen` = it takes no message, whatever waits for it.
 */
export function moodOf(stage: Pick<StageView, 'id' | 'kind' | 'children'>, state: PipelineState): Mood {
  const own = state.stages[stage.id];
  const { mood, moodText } = calmMood(stage, state, own);
  if (!own || !RUNNING.has(mood)) return { mood, moodText };
  const slowed = own.slowMs > 0 ? `, slowed by ${countText(own.slowMs)} ms` : '';
  const hurried = own.burst === 1 ? '' : `, timers ×${own.burst}`;
  return { mood, moodText: `${moodText}${slowed}${hurried}` };
}

/** What a stage is at, whatever weather is over it. */
function calmMood(
  stage: Pick<StageView, 'id' | 'kind' | 'children'>,
  state: PipelineState,
  own: StageState | undefined,
): Mood {
  if (!own || own.status === 'absent') return { mood: 'absent', moodText: 'not started' };
  if (own.status === 'crashed') return { mood: 'crashed', moodText: 'crashed' };
  if (own.status === 'exited' && own.goneWith !== null) {
    return { mood: 'killed', moodText: `gone with worker ${own.goneWith + 1}` };
  }
  if (own.status === 'exited') return { mood: 'ended', moodText: 'ended' };
  // What has begun is done all the same: a frozen stage takes nothing new.
  const then = own.frozen ? ', then frozen' : '';
  if (own.status === 'busy')
    return { mood: 'busy', moodText: `busy in ${own.callback ?? 'a callback'}${then}` };
  const children = stage.children ? own.tasks.running.length : 0;
  if (children > 0)
    return { mood: 'busy', moodText: `${plural(children, 'child', 'children')} at work${then}` };
  if (own.frozen) return { mood: 'frozen', moodText: 'frozen' };

  const links = Object.values(state.subscriptions);
  const upstream = links.filter((link) => link.consumer === stage.id);
  const open = sum(links, (link) => (link.producer === stage.id ? link.open : 0));
  const arriving = sum(upstream, (link) => sum(link.eventsInFlight, (batch) => batch.count));
  if (stage.kind !== 'consumer' && open === 0) {
    if (own.buffered > 0 || (stage.kind === 'producerConsumer' && arriving + own.inHand.length > 0)) {
      return { mood: 'blocked', moodText: 'blocked: nobody asks' };
    }
    if (stage.kind === 'producer') return { mood: 'waiting', moodText: 'waiting to be asked' };
  }
  if (stage.kind === 'producer') return { mood: 'idle', moodText: `idle, ${countText(open)} asked for` };
  if (upstream.every((link) => !link.active)) return { mood: 'idle', moodText: 'idle, not subscribed' };
  if (own.inHand.length > 0) return { mood: 'idle', moodText: 'idle, events in hand' };
  if (arriving > 0) return { mood: 'idle', moodText: 'idle, mail is coming' };
  return { mood: 'waiting', moodText: 'waiting for events' };
}

/**
 * Events of a subscription that children of its consumer work on: their demand is pending until they end. Of several
 * subscriptions the trace does not tell whose children they are.
 */
function childrenOf(link: SubscriptionView, plan: PlanView, state: PipelineState): number {
  const hasChildren = plan.stages.some(({ id, children }) => id === link.consumer && children);
  const links = plan.subscriptions.filter(({ consumer }) => consumer === link.consumer);
  return hasChildren && links.length === 1 ? (state.stages[link.consumer]?.tasks.running.length ?? 0) : 0;
}

function edgeCard(
  link: SubscriptionView,
  own: EdgeState | undefined,
  { children, queued }: { readonly children: number; readonly queued: number },
): EdgeCard {
  const demand = {
    pending: (own?.pending ?? 0) + children,
    maxDemand: own?.maxDemand ?? link.maxDemand,
    minDemand: own?.minDemand ?? link.minDemand,
  };
  const moving = sum(own?.eventsInFlight ?? [], (batch) => batch.count);
  const partition = link.partition === undefined ? null : String(link.partition);
  const refused = own?.dropped ?? 0;
  const slowText = own && own.slowMs > 0 ? delayText(own.slowMs) : null;
  const facts = [
    `${link.consumer} subscribes to ${link.producer}${partition === null ? '' : `, partition ${partition}`}`,
    demandSentence(demand),
    `${countText(own?.open ?? 0)} may still be sent`,
    ...(moving > 0 ? [`${plural(moving, 'event')} on the way`] : []),
    ...(queued > 0
      ? [`${plural(queued, 'event')} ${queued === 1 ? 'waits' : 'wait'} for it in the dispatcher`]
      : []),
    ...(refused > 0 ? [`its selector refused ${plural(refused, 'event')}`] : []),
    ...(slowText === null ? [] : [`made slower: ${slowText}`]),
    ...(own && own.lost > 0 ? [`${plural(own.lost, 'event')} lost`] : []),
    ...(own && own.lives > 1 ? [`subscribed ${countText(own.lives)} times`] : []),
    ...(own && !own.active && own.asked > 0 ? ['the subscription has ended'] : []),
  ];
  return {
    id: link.id,
    demand,
    open: own?.open ?? 0,
    partition,
    partitionText:
      partition === null || queued === 0 ? partition : `${partition} · ${countText(queued)} wait`,
    refused,
    active: own?.active ?? false,
    slowText,
    linkText: linkText(link),
    name: facts.join('. '),
  };
}
