import { isArrival } from '../source/arrival.ts';
import { STOP, endingWithConsumers, understanding } from '../source/source-options.ts';
import type { StageDefinition } from '../stage/definition.ts';

/**
 * A producer of what a function makes, whatever that is: it is called when the first event is wanted, and only then the
 * source is chosen that can read what it has made. Ends with the last of its consumers.
 *
 * @param choose - The source that reads what was made.
 */
export function madeSource(make: () => unknown, choose: (made: unknown) => StageDefinition): StageDefinition {
  const definition: StageDefinition = {
    kind: 'producer',
    options: {},
    callbacks: {
      init: () => new Made(() => choose(make())),
      handleDemand: (demand: number, made: Made) => made.source.callbacks.handleDemand?.(demand, made.state),
      handleInfo: (message: unknown, made: Made) => made.source.callbacks.handleInfo?.(message, made.state),
      ...endingWithConsumers<Made>('stop'),
    },
  };
  return understanding(definition, (message) => message === STOP || isArrival(message));
}

/** What the function has made, once it has been called. A picture shows the public fields. */
class Made {
  readonly #choose: () => StageDefinition;
  #source: StageDefinition | null = null;
  consumers = 0;
  /** Of the source: it is kept by the source itself, whose steps change it in place. */
  state: unknown = null;

  constructor(choose: () => StageDefinition) {
    this.#choose = choose;
  }

  get source(): StageDefinition {
    if (this.#source === null) {
      this.#source = this.#choose();
      this.state = this.#source.callbacks.init?.(undefined);
    }
    return this.#source;
  }
}
