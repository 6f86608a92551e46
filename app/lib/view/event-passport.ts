import type { EntryOf, PlanView, Seq } from 'sluice';
import { edgeOfLife } from 'sluice';
import type { EventLife } from './event-life.ts';
import type { EventLives } from './event-lives.ts';
import { fateSentence } from './event-words.ts';
import { countText, keyOf, plural, valueText } from './value-label.ts';
import { eventTimeText, windowSentence, windowText } from './window-words.ts';

/** One thing that is known of an event. */
export interface PassportFact {
  readonly term: string;
  readonly text: string;
  /** The moment of it; left out where it has none. */
  readonly at?: Seq;
}

const VALUE_CHARACTERS = 240;

/** What is known of an event: what it is, where it came from, who handled it and where. */
export function passport(life: EventLife, lives: EventLives): readonly PassportFact[] {
  const { link, index, batch, value, run, call } = life;
  const { sent, taken } = batch;
  const key = value === undefined ? null : keyOf(value);
  const maker = run?.maker;
  const facts: (PassportFact | false | null | undefined)[] = [
    {
      term: 'Value',
      text:
        value === undefined
          ? 'not kept: only the first of a big batch are'
          : valueText(value, VALUE_CHARACTERS),
    },
    key !== null && { term: 'Key', text: String(key) },
    maker && {
      term: 'Made by',
      text: `${link.producer} in ${maker.begin.callback}, ${workerText(maker.begin.worker)}`,
      at: maker.begin.seq,
    },
    sent && {
      term: 'Sent to',
      text: `${link.consumer}, as event ${countText(index + 1)}${partitionText(lives.plan, link.id)}`,
      at: sent.seq,
    },
    taken && {
      term: 'Taken by',
      text: `${link.consumer} on ${workerText(taken.worker)}${lifeText(lives, link.consumer, taken.seq)}`,
      at: taken.seq,
    },
    call && {
      term: 'Handled in',
      text:
        call.count === 1
          ? call.begin.callback
          : `${call.begin.callback}, event ${countText(index - call.from + 1)} of a batch of ${countText(call.count)}`,
      at: call.begin.seq,
    },
    ...windowFacts(life, lives),
    { term: 'Outcome', text: fateSentence(life), ...(life.fate.type === 'open' ? {} : { at: endSeq(life) }) },
  ];
  return facts.filter((fact) => fact !== false && fact !== null && fact !== undefined);
}

/** The windows it was counted in or came too late for, and when they emitted what they had of it. */
function windowFacts({ call, index, link }: EventLife, lives: EventLives): readonly PassportFact[] {
  const assigned = call?.assigned;
  // Without a first event, the windows were given others than those that were sent.
  if (!call || assigned?.first === undefined) return [];
  const offset = index - assigned.first;
  const own = assigned.slices.filter(({ from, count }) => offset >= from && offset < from + count);
  const window = windowTypeOf(lives.plan, link.consumer);
  const eventMs = assigned.times?.[offset];
  const known = (isLate: boolean) =>
    own.filter(({ late }) => (late ?? false) === isLate).map(({ id }) => windowText({ window, id }));
  const [inside, late] = [known(false), known(true)];
  const ids = own.filter((slice) => !slice.late).map(({ id }) => JSON.stringify(id));
  const firing = lives
    .firingsOf(link.consumer)
    .find((fire) => fire.seq > call.begin.seq && ids.includes(JSON.stringify(fire.id)));
  return [
    ...(eventMs === undefined ? [] : [{ term: 'Event time', text: eventTimeText(eventMs) }]),
    ...(inside.length === 0 ? [] : [{ term: 'Counted in', text: inside.join('; '), at: assigned.seq }]),
    ...(late.length === 0 ? [] : [{ term: 'Too late for', text: late.join('; '), at: assigned.seq }]),
    ...(firing ? [{ term: 'Came out as', text: windowSentence(firing), at: firing.seq }] : []),
  ];
}

function windowTypeOf({ flows = [] }: PlanView, stage: string): EntryOf<'window'>['window'] {
  const layer = flows.flatMap(({ layers }) => layers).find(({ stages }) => stages.includes(stage));
  return layer?.windowing?.type ?? 'global';
}

function endSeq({ fate }: EventLife): Seq {
  if (fate.type === 'open') return 0;
  return (fate.type === 'lost' ? fate.loss : fate.end).seq;
}

function workerText(worker: number): string {
  return `worker ${worker + 1}`;
}

function partitionText(plan: PlanView, subscription: string): string {
  const link = plan.subscriptions.find(({ id }) => id === edgeOfLife(subscription));
  return link?.partition === undefined ? '' : `, for partition ${link.partition}`;
}

/** ", its 2nd life of 3": left out where it has only one. */
function lifeText(lives: EventLives, stage: string, seq: Seq): string {
  const starts = lives.livesOf(stage);
  if (starts.length < 2) return '';
  const life = starts.findLast((start) => start.seq <= seq)?.life ?? 1;
  return `, in life ${countText(life)} of ${plural(starts.length, 'life', 'lives')}`;
}
