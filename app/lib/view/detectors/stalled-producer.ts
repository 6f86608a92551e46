import type { EntryOf, Seq, StageId } from 'sluice';
import { isSameValue } from '../same-value.ts';
import { plural } from '../value-label.ts';
import { ownProducers, type Detector, type Finding, type RunRest } from './detector.ts';

/** A run that was cut short has to have gone on for so many entries after the ask that nobody answered. */
const STEPS = 500;

/** What one producer made of its demand, since it was started last. */
interface Producing {
  alive: boolean;
  /** Subscriptions that it has accepted and that are not over. */
  readonly subscribed: Set<string>;
  demand: number | null;
  isBusy: boolean;
  asked: number;
  sent: number;
  /** Its state has been nothing at all: only a variable outside of it could tell it that it is at its end. */
  stateless: boolean;
  state: EntryOf<'end'>['state'];
  /** It took an ask, sent nothing, and kept something in its state. */
  remembered: boolean;
  /** It sent something from another callback. */
  sendsLater: boolean;
  /** Asks answered with fewer events than were asked for, but not with none. */
  partly: number;
  /** Every ask was for more than one event, and got one. */
  oneEach: boolean;
  /** The least demand that was met as a whole, and the greatest that got nothing. */
  leastMet: number;
  mostUnmet: number;
  /** Where the last ask was left open, wholly or in part. */
  openAt: Seq | null;
  openPosition: number;
  /** Entries before it sent something last. */
  sentPosition: number;
}

/**
 * A producer that is asked, could send, and does not: demand stays open and nothing follows. A source that has come to its end
 * looks much the same, so this speaks only where the answers themselves tell the difference.
 */
export const stalledProducer: Detector = {
  misconceptions: ['never-emits-when-demand-is-low', 'unserved-demand-is-repeated'],
  watch(plan) {
    const producers = new Map(ownProducers(plan).map((id) => [id, fresh()]));
    return {
      types: ['start', 'subscribed', 'begin', 'end', 'cancel', 'exit', 'crash'],
      take(entry, position) {
        const own = producers.get(entry.stage);
        if (!own) return;
        switch (entry.type) {
          case 'start':
            Object.assign(own, fresh(), { alive: true, state: entry.state });
            own.stateless = entry.state === null;
            return;
          case 'subscribed':
            own.subscribed.add(entry.subscription);
            return;
          case 'cancel':
            own.subscribed.delete(entry.subscription);
            return;
          case 'exit':
          case 'crash':
            own.alive = false;
            return;
          case 'begin':
            own.isBusy = true;
            own.demand = entry.callback === 'handleDemand' ? (entry.demand ?? null) : null;
            return;
          case 'end':
            return ends(own, entry, position);
          default:
        }
      },
      finding(rest) {
        for (const [stage, own] of producers) {
          const found = stands(own, rest) ? findingOf(stage, own, rest) : null;
          if (found) return found;
        }
        return null;
      },
    };
  },
};

function ends(own: Producing, entry: EntryOf<'end'>, position: number): void {
  const { demand } = own;
  const { count, state } = entry;
  own.isBusy = false;
  own.demand = null;
  own.sent += count;
  own.stateless &&= state === null;
  if (count > 0) own.sentPosition = position;
  if (demand === null) own.sendsLater ||= count > 0;
  else {
    own.asked += demand;
    if (count === 0) {
      own.mostUnmet = Math.max(own.mostUnmet, demand);
      own.remembered ||= !isSameValue(own.state, state);
    } else if (count < demand) own.partly += 1;
    else own.leastMet = Math.min(own.leastMet, demand);
    own.oneEach &&= count === 1 && demand > 1;
    if (count < demand) {
      own.openAt = entry.seq;
      own.openPosition = position;
    }
  }
  own.state = state;
}

/** Whether it waits for nobody, while somebody waits for it. */
function stands(own: Producing, { atRest, meddled, entries }: RunRest): boolean {
  if (meddled || !own.alive || own.isBusy || own.subscribed.size === 0 || own.sent >= own.asked) return false;
  if (atRest) return true;
  return own.sent > 0 && own.sentPosition <= own.openPosition && entries - own.openPosition >= STEPS;
}

function findingOf(stage: StageId, own: Producing, { atRest }: RunRest): Finding | null {
  const { asked, sent, openAt: at, leastMet, mostUnmet } = own;
  if (at === null) return null;
  const subject = { type: 'stage', id: stage } as const;
  if (
    own.stateless &&
    !own.sendsLater &&
    own.partly === 0 &&
    mostUnmet > 0 &&
    mostUnmet < leastMet &&
    sent > 0
  )
    return {
      misconception: 'never-emits-when-demand-is-low',
      says: `“${stage}” answered asks for ${plural(leastMet, 'event')} or more, and sent nothing when it was asked for ${mostUnmet}.`,
      hints: [
        `Look at the last handleDemand of “${stage}”: how many were asked for, how many came, and what has happened since.`,
        'A low demand is demand like any other. Whoever gets nothing handles nothing, so it never asks again, and all stands still.',
        'Look for a condition on the demand in handleDemand, and send as many as are asked for also when that is few. If it has nothing left to send, this is how its end looks, and all is well.',
      ],
      at,
      subject,
    };
  const never = sent === 0 && atRest && (own.stateless || own.remembered);
  const tooFew = own.stateless && !own.sendsLater && sent > 0 && (own.partly > 1 || own.oneEach);
  if (!never && !tooFew) return null;
  return {
    misconception: 'unserved-demand-is-repeated',
    says: never
      ? `“${stage}” was asked for ${plural(asked, 'event')} and never sent one.`
      : `“${stage}” was asked for ${plural(asked, 'event')} in all and sent ${plural(sent, 'event')}${atRest ? '; then nothing moved any more' : ''}.`,
    hints: [
      `Compare what “${stage}” was asked for with what its handleDemand returned: what was left out at this moment never came.`,
      'Demand that was not served stays the producer’s to remember. Nobody asks for it again.',
      never
        ? 'Return events from handleDemand; or keep the demand in the state, and send that many as soon as there is something to send.'
        : 'Send as many events as the demand says; or keep what is still owed in the state, and send it from a later callback.',
    ],
    at,
    subject,
  };
}

function fresh(): Producing {
  return {
    alive: false,
    subscribed: new Set(),
    demand: null,
    isBusy: false,
    asked: 0,
    sent: 0,
    stateless: true,
    state: null,
    remembered: false,
    sendsLater: false,
    partly: 0,
    oneEach: true,
    leastMet: Infinity,
    mostUnmet: 0,
    openAt: null,
    openPosition: 0,
    sentPosition: 0,
  };
}
