/** Who handles a message next, among those who have one. */
export interface Turns<Id> {
  next(order: readonly Id[], isReady: (id: Id) => boolean): Id | null;
}

/** The canonical schedule: everyone in order, one message each; `restart` begins with the first again. */
export class RoundRobin<Id> implements Turns<Id> {
  #at = 0;

  next(order: readonly Id[], isReady: (id: Id) => boolean): Id | null {
    for (let tried = 0; tried < order.length; tried++) {
      const id = order[this.#at % order.length];
      this.#at = (this.#at + 1) % order.length;
      if (id !== undefined && isReady(id)) return id;
    }
    return null;
  }

  restart(): void {
    this.#at = 0;
  }
}

/** Any of the ready ones, each as likely: with a seed, one of the interleavings that may happen on real workers. */
export class RandomTurns<Id> implements Turns<Id> {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  next(order: readonly Id[], isReady: (id: Id) => boolean): Id | null {
    const ready = order.filter(isReady);
    return ready[Math.floor(this.#random() * ready.length)] ?? null;
  }
}
