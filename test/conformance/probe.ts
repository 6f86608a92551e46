import type { RemoteEnvelope, StageMessage } from 'sluice';
import { jsonOf, type Call } from './behaviours.ts';
import { list } from './functions.ts';
import type { Json, Scenario } from './recording.ts';

/** The outside process of a recording, as stages call it. */
export const PROBE = 'probe';

/** An outside process that speaks the protocol of stages itself. */
export class Probe {
  /** What has come for it, as recordings write it. */
  readonly log: Call[] = [];
  readonly #send: (to: string, message: StageMessage) => void;
  /** Producer of each subscription, for whoever asks or cancels. */
  readonly #producerOf = new Map<string, string>();

  constructor(send: (to: string, message: StageMessage) => void) {
    this.#send = send;
  }

  /** Sends what a step says; the message, or `null` when the step is none of its own. */
  perform(step: Scenario['steps'][number]): StageMessage | null {
    const text = (key: string) => String(step[key] ?? '<ref>');
    const subscription = text('sub');
    const sent = (to: string, message: StageMessage) => {
      this.#send(to, message);
      return message;
    };
    const producer = () =>
      step['to'] === undefined ? (this.#producerOf.get(subscription) ?? '') : text('to');
    switch (step.op) {
      case 'probe_subscribe': {
        const reference = step['reuse'] === undefined ? subscription : text('reuse');
        const old = step['cancels'];
        const replaces = Array.isArray(old) ? { subscription: String(old[0]), reason: old[1] } : undefined;
        this.#producerOf.set(reference, text('to'));
        return sent(text('to'), {
          type: 'subscribe',
          subscription: reference,
          options: {},
          ...(replaces ? { replaces } : {}),
        });
      }
      case 'probe_ask':
        return sent(producer(), { type: 'ask', subscription, count: Number(step['n']) });
      case 'probe_cancel':
        return sent(producer(), { type: 'cancel', subscription, reason: step['reason'] });
      case 'probe_events':
        return sent(text('consumer'), {
          type: 'events',
          subscription,
          first: 0,
          events: list(step['events']),
        });
      case 'probe_consumer_cancel':
        return sent(text('consumer'), { type: 'cancelled', subscription, reason: step['reason'] });
      default:
        return null;
    }
  }

  /** Takes what has come for it; what only hosts have to say to each other it leaves alone. */
  receive({ from, message }: RemoteEnvelope): void {
    const log = (what: string, details: Record<string, Json>) =>
      this.log.push({ cb: 'probe_received', what, ...details, from: from ?? '' });
    switch (message.type) {
      case 'subscribe': {
        const { replaces, subscription } = message;
        const current = replaces ? [replaces.subscription, jsonOf(replaces.reason)] : null;
        return void log('subscribe', { sub: subscription, current });
      }
      case 'ask':
        return void log('ask', { ref: message.subscription, n: message.count });
      case 'cancel':
      case 'cancelled':
        return void log('cancel', { ref: message.subscription, reason: jsonOf(message.reason) });
      case 'events':
        return void log('events', { ref: message.subscription, events: jsonOf(message.events) });
      default:
        return;
    }
  }
}
