import type { Seq, StageId } from 'sluice';
import { plural } from '../value-label.ts';
import { plannedByFlow, type Detector, type Finding } from './detector.ts';

/** A filter may have nothing to hand on for a while: from so many batches and events on it is worth a look. */
const BATCHES = 5;
const EVENTS = 20;

interface Middle {
  batches: number;
  handled: number;
  emitted: number;
  stateless: boolean;
  at: Seq | null;
}

/** A stage in the middle that hands nothing on and keeps nothing either; and a consumer that returns events. */
export const returnedEvents: Detector = {
  misconceptions: ['forgets-to-return-events', 'consumer-emits'],
  watch(plan) {
    const planned = plannedByFlow(plan);
    const asked = new Set(plan.subscriptions.map(({ producer }) => producer));
    const middles = new Map<StageId, Middle>();
    for (const { id, kind } of plan.stages) {
      if (planned.has(id) || kind !== 'producerConsumer' || !asked.has(id)) continue;
      middles.set(id, { batches: 0, handled: 0, emitted: 0, stateless: true, at: null });
    }
    let wasted: { readonly stage: StageId; readonly at: Seq; count: number } | null = null;
    return {
      types: ['begin', 'end', 'warning'],
      take(entry) {
        const { stage } = entry;
        if (entry.type === 'warning') {
          if (entry.code !== 'consumer_cannot_dispatch') return;
          wasted ??= { stage, at: entry.seq, count: 0 };
          if (wasted.stage === stage) wasted.count += entry.count ?? 0;
          return;
        }
        const own = middles.get(stage);
        if (!own) return;
        if (entry.type === 'begin' && entry.callback === 'handleEvents') own.handled += entry.count ?? 0;
        if (entry.type !== 'end') return;
        own.emitted += entry.count;
        own.stateless &&= entry.state === null;
        if (entry.callback !== 'handleEvents') return;
        own.batches += 1;
        own.at ??= entry.seq;
      },
      finding() {
        if (wasted) return fromConsumer(wasted);
        for (const [stage, { batches, handled, emitted, stateless, at }] of middles) {
          if (at !== null && stateless && emitted === 0 && batches >= BATCHES && handled >= EVENTS)
            return handsNothingOn(stage, handled, at);
        }
        return null;
      },
    };
  },
};

function handsNothingOn(stage: StageId, handled: number, at: Seq): Finding {
  return {
    misconception: 'forgets-to-return-events',
    says: `“${stage}” handled ${plural(handled, 'event')} and handed on none of them.`,
    hints: [
      `Look at what goes into “${stage}” here, and at what comes out.`,
      'What goes on is what handleEvents returns as events. A value that is computed and not returned is gone.',
      `Read handleEvents of “${stage}” to its end: does it return what should go on, as events? If it filters, does its condition ever say yes?`,
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}

function fromConsumer({
  stage,
  at,
  count,
}: {
  readonly stage: StageId;
  readonly at: Seq;
  readonly count: number;
}): Finding {
  return {
    misconception: 'consumer-emits',
    says: `“${stage}” is a consumer and returned ${plural(count, 'event')}, which went nowhere.`,
    hints: [
      `Look at what handleEvents of “${stage}” returned here, and who could get it.`,
      'A consumer is the end of the line: what it does with events are side effects, not new events.',
      `If something should come after “${stage}”, it is a stage in the middle. If not, leave events out of what it returns.`,
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}
