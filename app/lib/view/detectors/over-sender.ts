import type { Seq, StageId } from 'sluice';
import { plural } from '../value-label.ts';
import { ownProducers, type Detector, type Finding } from './detector.ts';

/** Demand and answers of one producer. */
interface Answers {
  /** Asked for and not yet sent, since it was started last. */
  owed: number;
  /** What `handleDemand` is working on; `null`: another callback runs, or none. */
  demand: number | null;
  /** Two of each say that they differ. */
  readonly demands: Set<number>;
  readonly counts: Set<number>;
}

/** More was returned than had been asked for. */
interface Overrun {
  readonly stage: StageId;
  readonly at: Seq;
  /** Of this call, and of all calls together: asked for and not yet sent. */
  readonly demand: number;
  readonly owed: number;
  /** What it returned. */
  readonly count: number;
}

/**
 * A producer whose `handleDemand` returns more than is asked for. What timers, casts and other messages bring is no answer:
 * a buffer is there for that.
 */
export const overSender: Detector = {
  misconceptions: ['over-emits', 'ignores-demand'],
  watch(plan) {
    const producers = new Map(ownProducers(plan).map((id) => [id, fresh()]));
    let overrun: Overrun | null = null;
    return {
      types: ['start', 'begin', 'end'],
      take(entry) {
        const own = producers.get(entry.stage);
        if (!own) return;
        if (entry.type === 'start') own.owed = 0;
        if (entry.type === 'begin')
          own.demand = entry.callback === 'handleDemand' ? (entry.demand ?? null) : null;
        if (entry.type !== 'end') return;
        const { demand } = own;
        own.demand = null;
        own.owed += demand ?? 0;
        if (demand !== null) {
          note(own.demands, demand);
          note(own.counts, entry.count);
          if (entry.count > own.owed)
            overrun ??= { stage: entry.stage, at: entry.seq, demand, owed: own.owed, count: entry.count };
        }
        own.owed = Math.max(0, own.owed - entry.count);
      },
      finding() {
        const own = overrun && producers.get(overrun.stage);
        if (!overrun || !own) return null;
        return own.demands.size > 1 && own.counts.size === 1 ? sameCount(overrun) : tooMany(overrun);
      },
    };
  },
};

function tooMany({ stage, at, owed, count }: Overrun): Finding {
  return {
    misconception: 'over-emits',
    says: `“${stage}” returned ${plural(count, 'event')} at once, where ${owed} ${owed === 1 ? 'was' : 'were'} still asked for.`,
    hints: [
      `Look at what handleDemand of “${stage}” returned here, and at the ask just before it. Then look where the other events went.`,
      'An ask says how many events may come. What comes beyond that waits in a buffer that nobody empties any faster, and once it is full, events are lost.',
      `The first argument of handleDemand is the number that may come: let the length of events follow from it, and keep the rest in the state for the next ask.`,
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}

function sameCount({ stage, at, demand, count }: Overrun): Finding {
  return {
    misconception: 'ignores-demand',
    says: `“${stage}” returns ${plural(count, 'event')} whatever it is asked for: here it was ${plural(demand, 'event')}.`,
    hints: [
      `Compare the demand of each handleDemand of “${stage}” with the number of events that it returned.`,
      'How many events come is not the producer’s decision: a batch of fixed size is too large for one ask and too small for another.',
      'handleDemand gets the demand as its first argument. Make as many events as that says, not a number of your own.',
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}

function fresh(): Answers {
  return { owed: 0, demand: null, demands: new Set(), counts: new Set() };
}

function note(values: Set<number>, value: number): void {
  if (values.size < 2) values.add(value);
}
