import type { RemoteEnvelope } from '../stage/message.ts';
import type { Plan } from './plan.ts';

/**
 * Functions among the options of planned subscriptions, such as selectors. Functions cannot be cloned, but every worker has
 * evaluated the plan: so they stay behind where the subscription is made, and are found again where it is to be served.
 */
export class PlannedFunctions {
  readonly #optionsOf: ReadonlyMap<string, Readonly<Record<string, unknown>>>;

  constructor(plan: Plan) {
    this.#optionsOf = new Map(plan.subscriptions.map(({ id, options }) => [id, options]));
  }

  /** An envelope as it may cross: a planned subscription's functions are only named. */
  leave(envelope: RemoteEnvelope): RemoteEnvelope {
    const { message } = envelope;
    if (message.type !== 'subscribe') return envelope;
    const planned = this.#optionsOf.get(message.subscription);
    if (!planned) return envelope;
    const entries = Object.entries(message.options);
    // A function that is not the plan's own would be another one over there: it is left to be refused.
    const functions = entries
      .filter(([name, value]) => typeof value === 'function' && planned[name] === value)
      .map(([name]) => name);
    if (functions.length === 0) return envelope;
    const options = Object.fromEntries(entries.filter(([name]) => !functions.includes(name)));
    return { ...envelope, message: { ...message, options, functions } };
  }

  /** An envelope that has crossed, with the functions of this worker's plan. */
  find(envelope: RemoteEnvelope): RemoteEnvelope {
    const { message } = envelope;
    if (message.type !== 'subscribe' || message.functions === undefined) return envelope;
    const { functions, ...rest } = message;
    const planned = this.#optionsOf.get(message.subscription);
    const found = functions.map((name): [string, unknown] => [name, planned?.[name]]);
    return { ...envelope, message: { ...rest, options: { ...rest.options, ...Object.fromEntries(found) } } };
  }
}
