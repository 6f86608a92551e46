import type { RemoteEnvelope, StageMessage } from 'sluice';
import { jsonOf, type Call } from './behaviours.ts';
import { isList, list } from './functions.ts';
import type { Json, Scenario } from './recording.ts';

/** The outside process of a recording, as stages call it. */
export const PROBE = 'probe';

/** How recordings and the engine call subscriptions: stages name those they make as they start. */
export interface SubscriptionNames {
  readonly idOf: (name: string) => string;
  readonly nameOf: (id: string) => string;
}

const SAME: SubscriptionNames = { idOf: (name) => name, nameOf: (id) => id };

/** An outside process that speaks the protocol of stages itself. */
export class Probe {
  /** What has come for it, as recordings write it. */
  readonly log: Call[] = [];
  readonly #names: SubscriptionNames;
  readonly #send: (to: string, message: StageMessage) => void;
  /** Producer of each subscription, for whoever asks or cancels. */
  readonly #producerOf = new Map<string, string>();

  constructor(send: (to: string, message: StageMessage) => void, names: SubscriptionNames = SAME) {
    this.#send = send;
    this.#names = names;
  }

  /** Sends what a step says; the message, or `null` when the step is none of its own. */
  perform(step: Scenario['steps'][number]): StageMessage | null {
    const text = (key: string) => String(step[key] ?? '<ref>');
    const named = text('sub');
    const subscription = this.#names.idOf(named);
    const sent = (to: string, message: StageMessage) => {
      this.#send(to, message);
      return message;
    };
    const producer = () => (step['to'] === undefined ? (this.#producerOf.get(named) ?? '') : text('to'));
    switch (step.op) {
      case 'probe_subscribe': {
        const reference = step['reuse'] === undefined ? subscription : this.#names.idOf(text('reuse'));
        const replaces = this.#replaced(step['cancels'], step['reason']);
        this.#producerOf.set(named, text('to'));
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

  /** The subscription that is replaced: its name, or a list of its name and the reason. */
  #replaced(
    old: Json | undefined,
    given: Json | undefined,
  ): { readonly subscription: string; readonly reason: unknown } | null {
    if (old === undefined || old === null) return null;
    const [name, reason = given ?? null] = isList(old) ? old : [old];
    return { subscription: this.#names.idOf(String(name)), reason };
  }

  /** Takes what has come for it; what only hosts have to say to each other it leaves alone. */
  receive({ from, message }: RemoteEnvelope): void {
    const log = (what: string, details: Record<string, Json>) =>
      this.log.push({ cb: 'probe_received', what, ...details, from: from ?? '' });
    switch (message.type) {
      case 'subscribe': {
        const { replaces, subscription } = message;
        const current = replaces
          ? [this.#names.nameOf(replaces.subscription), jsonOf(replaces.reason)]
          : null;
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
