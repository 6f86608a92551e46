import { sum } from 'd3-array';
import type { PlanView, StageId } from 'sluice';
import type { StageShares } from '../../view/stage-shares.ts';
import { shareText } from '../../view/stage-load.ts';
import type { Bottleneck, HoldUp, Hop, Siblings } from './hold-up.ts';

/** What is said of who holds whom up. */
export interface HoldUpWords {
  /** Who waits for whom, one after the other, to be read as one sentence. */
  readonly clauses: readonly string[];
  /** What follows from them. */
  readonly verdict: string;
  /** What else is to be known of the bottleneck; `null`: nothing. */
  readonly remark: string | null;
}

/** A wait that is shorter than this share of the time is none. */
const LEAST_WAIT = 0.05;
/** Siblings that are as busy as this part of the bottleneck have the same trouble. */
const AS_BUSY = 0.7;
/** So many times what one of its siblings handled is more. */
const MORE = 1.2;

/** What the stages of a run did. */
interface StagesDid {
  readonly sharesOf: (stage: StageId) => StageShares | null;
  /** Events, up to the moment that is looked at. */
  readonly handledBy: (stage: StageId) => number;
}

/** Who holds whom up, in words. */
export function holdUpWords(
  { bottleneck, path, siblings }: HoldUp,
  plan: PlanView,
  { sharesOf, handledBy }: StagesDid,
): HoldUpWords {
  const hops = path.flatMap((hop) => hopWords(hop) ?? []);
  return {
    clauses: [...hops, ...endWords(bottleneck, path, { plan, sharesOf })],
    verdict: verdictOf(bottleneck, plan),
    remark: siblings && bottleneck.type === 'stage' ? siblingWords(siblings, bottleneck, handledBy) : null,
  };
}

function hopWords({ stage, waits }: Hop): string | null {
  if (waits === null) return null;
  const what = waits.for === 'ask' ? `an ask from ${waits.from}` : `events from ${waits.from}`;
  if (waits.share < LEAST_WAIT) return `${stage} seldom has to wait for ${what}`;
  return `${stage} waits for ${what} ${shareText(waits.share)} of the time`;
}

function endWords(
  bottleneck: Bottleneck,
  path: readonly Hop[],
  { plan, sharesOf }: { readonly plan: PlanView; readonly sharesOf: (stage: StageId) => StageShares | null },
): readonly string[] {
  switch (bottleneck.type) {
    case 'stage': {
      const shares = sharesOf(bottleneck.id);
      return shares ? [workWords(bottleneck.id, shares)] : [];
    }
    case 'link':
      return [
        `what is under way ${wayWords(bottleneck.id, plan)} is waited for ${shareText(bottleneck.share)} of the time`,
      ];
    case 'none': {
      const stage = path[0]?.stage;
      const shares = stage === undefined ? null : sharesOf(stage);
      return stage !== undefined && shares ? [workWords(stage, shares)] : [];
    }
  }
}

/** "save is busy 97 % of the time" */
export function workWords(stage: StageId, { busy, outside, frozen }: StageShares): string {
  if (frozen > busy && frozen > outside) return `${stage} is frozen ${shareText(frozen)} of the time`;
  if (outside > busy) {
    return `${stage} has nothing to send ${shareText(outside)} of the time, as what it reads from comes too slowly`;
  }
  return `${stage} is busy ${shareText(busy)} of the time`;
}

function verdictOf(bottleneck: Bottleneck, plan: PlanView): string {
  switch (bottleneck.type) {
    case 'stage':
      return `${bottleneck.id} is the bottleneck.`;
    case 'link':
      return `The way ${wayWords(bottleneck.id, plan)} is the bottleneck.`;
    case 'none':
      return 'Nobody holds anybody up for long.';
  }
}

function wayWords(link: string, { subscriptions }: PlanView): string {
  const ends = subscriptions.find(({ id }) => id === link);
  return ends ? `between ${ends.producer} and ${ends.consumer}` : `on ${link}`;
}

function siblingWords(
  { kind, others, share }: Siblings,
  own: Extract<Bottleneck, { type: 'stage' }>,
  handledBy: StagesDid['handledBy'],
): string {
  const count = others.length === 1 ? '' : `${others.length} `;
  const who = {
    copies: others.length === 1 ? 'copy of it' : 'copies of it',
    layer: others.length === 1 ? 'other stage of its layer' : 'other stages of its layer',
    partitions: others.length === 1 ? 'other partition' : 'other partitions',
  }[kind];
  const are = others.length === 1 ? 'is' : 'are';
  if (share >= AS_BUSY * own.share) {
    return `The ${count}${who} ${are} busy ${shareText(share)} of the time as well: together they are too slow.`;
  }
  const why = kind === 'copies' ? '' : whyBusier(handledBy(own.id), others.map(handledBy));
  return `The ${count}${who} ${are} busy only ${shareText(share)} of the time${why}.`;
}

/** Whether it had more to do than others who do the same, or took longer over it. */
function whyBusier(own: number, others: readonly number[]): string {
  const all = own + sum(others);
  if (all === 0) return '';
  if (own >= (MORE * sum(others)) / others.length) {
    return `: ${shareText(own / all)} of the events have keys that lead to this one`;
  }
  return `: this one has no more events to handle, and takes longer over each`;
}
