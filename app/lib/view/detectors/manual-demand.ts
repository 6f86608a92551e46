import type { Seq, StageId, SubscriptionId } from 'sluice';
import { edgeOfLife } from 'sluice';
import { plural } from '../value-label.ts';
import { plannedByFlow, type Detector, type Finding } from './detector.ts';

interface Asking {
  readonly consumer: StageId;
  asked: number;
  pending: number;
  /** Where it was accepted, and later where its last events were handled. */
  at: Seq;
}

/**
 * A subscription on which nothing is pending when the run comes to rest: the engine asks by itself as long as somebody may be
 * asked, so here asking is in the hands of the program, and it has left off.
 */
export const manualDemand: Detector = {
  misconceptions: ['manual-demand-renews-itself'],
  watch(plan) {
    const planned = plannedByFlow(plan);
    const consumers = new Map<SubscriptionId, StageId>();
    const asking = new Map<SubscriptionId, Asking>();
    const handling = new Map<StageId, SubscriptionId>();
    return {
      types: ['subscribe', 'subscribed', 'ask', 'begin', 'end', 'cancel', 'exit', 'crash'],
      take(entry) {
        switch (entry.type) {
          case 'subscribe':
            if (!planned.has(entry.stage)) consumers.set(entry.subscription, entry.stage);
            return;
          case 'subscribed': {
            const consumer = consumers.get(entry.subscription);
            if (consumer === undefined || asking.has(entry.subscription)) return;
            asking.set(entry.subscription, { consumer, asked: 0, pending: 0, at: entry.seq });
            return;
          }
          case 'ask': {
            const { subscription, stage: consumer, seq, count, pending } = entry;
            if (!consumers.has(subscription)) return;
            const own = asking.get(subscription) ?? { consumer, asked: 0, pending, at: seq };
            own.asked += count;
            own.pending = pending;
            asking.set(subscription, own);
            return;
          }
          case 'begin':
            if (entry.callback !== 'handleEvents' || entry.subscription === undefined) return;
            handling.set(entry.stage, entry.subscription);
            return;
          case 'end': {
            const own = asking.get(handling.get(entry.stage) ?? '');
            handling.delete(entry.stage);
            if (!own || entry.pending === undefined) return;
            own.pending = entry.pending;
            own.at = entry.seq;
            return;
          }
          case 'cancel':
            asking.delete(entry.subscription);
            consumers.delete(entry.subscription);
            return;
          case 'exit':
          case 'crash':
            handling.delete(entry.stage);
            for (const [id, consumer] of consumers) {
              if (consumer !== entry.stage) continue;
              asking.delete(id);
              consumers.delete(id);
            }
            return;
          default:
        }
      },
      finding({ atRest }) {
        if (!atRest) return null;
        for (const [id, own] of asking) {
          if (own.pending === 0 && !handling.has(own.consumer)) return leftOff(id, own);
        }
        return null;
      },
    };
  },
};

function leftOff(subscription: SubscriptionId, { consumer, asked, at }: Asking): Finding {
  return {
    misconception: 'manual-demand-renews-itself',
    says:
      asked === 0
        ? `“${consumer}” is subscribed and never asked for anything.`
        : `“${consumer}” asked for ${plural(asked, 'event')}, handled ${asked === 1 ? 'it' : 'them'}, and never asked again.`,
    hints: [
      `Look at the gauge of this subscription: nothing is pending, and no ask is on its way.`,
      'In manual mode the engine asks for nothing: what a stage does not ask for itself does not come.',
      `Find where “${consumer}” asks. It has to ask again once it has handled what came, such as at the end of handleEvents; or leave out mode: 'manual', and the engine does.`,
    ],
    at,
    subject: { type: 'edge', id: edgeOfLife(subscription) },
  };
}
