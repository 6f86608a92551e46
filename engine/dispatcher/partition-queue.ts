/** An info that waits until so many partition queues have come to it. */
export interface WaitingInfo {
  readonly request: unknown;
  queues: number;
}

/** What a queue gave. */
export interface Taken<T> {
  /** Events in the messages they go as. */
  readonly batches: readonly (readonly T[])[];
  /** Infos it has come to. */
  readonly passed: readonly WaitingInfo[];
  /** Events that were asked for and not there. */
  readonly missing: number;
}

/** Events of one partition that nobody has asked for yet, with the infos that wait between them. No limit of its own. */
export class PartitionQueue<T> {
  #events: T[] = [];
  #head = 0;
  /** Events that ever left at the front: the position of the first kept one. */
  #position = 0;
  /** Soonest first. */
  #infos: { readonly at: number; readonly info: WaitingInfo }[] = [];

  /** Events it keeps. */
  get size(): number {
    return this.#events.length - this.#head;
  }

  /** Keeps the events from index `from` on; answers with how many these are. */
  add(events: readonly T[], from: number): number {
    for (const event of events.slice(from)) this.#events.push(event);
    return events.length - from;
  }

  /** Lets an info wait behind everything that is in here now. */
  addInfo(info: WaitingInfo): void {
    this.#infos.push({ at: this.#position + this.size, info });
  }

  /**
   * Takes up to `count` events. An info between them cuts the message in two. One right behind the last of them has not
   * been come to yet, as in GenStage: the next ask does.
   */
  take(count: number): Taken<T> {
    const batches: T[][] = [];
    const passed: WaitingInfo[] = [];
    let missing = count;
    while (missing > 0) {
      const next = this.#infos[0];
      const untilInfo = next === undefined ? Infinity : next.at - this.#position;
      const taken = Math.min(missing, this.size, untilInfo);
      if (taken > 0) batches.push(this.#remove(taken));
      missing -= taken;
      if (missing === 0 || next === undefined) break;
      this.#infos.shift();
      passed.push(next.info);
    }
    return { batches, passed, missing };
  }

  /** Gives up everything it keeps. */
  clear(): { readonly lost: number; readonly passed: readonly WaitingInfo[] } {
    const lost = this.size;
    const passed = this.#infos.map(({ info }) => info);
    this.#remove(lost);
    this.#infos = [];
    return { lost, passed };
  }

  #remove(count: number): T[] {
    const removed = this.#events.slice(this.#head, this.#head + count);
    this.#head += count;
    this.#position += count;
    if (this.#head === this.#events.length) {
      this.#events = [];
      this.#head = 0;
    } else if (this.#head > 1_024 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return removed;
  }
}
