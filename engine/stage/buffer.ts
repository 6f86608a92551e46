/** Events that nobody asked for yet, with the infos that wait behind some of them. */
export class Buffer {
  /** Events it holds at most; Infinity for no limit. */
  readonly limit: number;
  readonly #keep: 'first' | 'last';
  #events: unknown[] = [];
  #head = 0;
  /** Events that ever left at the front: the position of the first stored one. */
  #position = 0;
  /** Each is due as soon as the position has reached `at`. Soonest first. */
  readonly #infos: { readonly at: number; readonly request: unknown }[] = [];

  constructor(limit: number, keep: 'first' | 'last') {
    this.limit = limit;
    this.#keep = keep;
  }

  /** Stored events. */
  get size(): number {
    return this.#events.length - this.#head;
  }

  /** Infos that wait. */
  get waitingInfos(): number {
    return this.#infos.length;
  }

  /** Appends events; what does not fit is discarded (GS-131). Infos whose events were dropped are due (GS-153). */
  store(events: readonly unknown[]): {
    readonly added: number;
    readonly discarded: number;
    readonly due: readonly unknown[];
  } {
    const room = this.limit - this.size;
    const discarded = Math.max(0, events.length - room);
    if (this.#keep === 'first') {
      for (let i = 0; i < events.length - discarded; i++) this.#events.push(events[i]);
      return { added: events.length - discarded, discarded, due: [] };
    }
    const dropOld = Math.min(discarded, this.size);
    this.#drop(dropOld);
    // More than the whole buffer at once: the first of the new ones are dropped too.
    const dropNew = discarded - dropOld;
    this.#position += dropNew;
    for (let i = dropNew; i < events.length; i++) this.#events.push(events[i]);
    return { added: events.length - dropNew, discarded, due: this.#due() };
  }

  /** Lets an info wait behind what is stored; `false` when nothing is (GS-151, GS-152). */
  queueInfo(request: unknown): boolean {
    if (this.size === 0 && this.#infos.length === 0) return false;
    this.#infos.push({ at: this.#position + this.size, request });
    return true;
  }

  /** Takes up to `count` events, but none from behind an info: the infos that are due then come along. */
  take(count: number): { readonly events: readonly unknown[]; readonly due: readonly unknown[] } {
    const next = this.#infos[0];
    const untilInfo = next === undefined ? Infinity : next.at - this.#position;
    const taken = Math.min(count, this.size, untilInfo);
    const events = this.#events.slice(this.#head, this.#head + taken);
    this.#drop(taken);
    return { events, due: this.#due() };
  }

  /** Forgets everything. */
  clear(): void {
    this.#events = [];
    this.#head = 0;
    this.#infos.length = 0;
  }

  #drop(count: number): void {
    this.#head += count;
    this.#position += count;
    if (this.#head === this.#events.length) {
      this.#events = [];
      this.#head = 0;
    } else if (this.#head > 1_024 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
  }

  #due(): readonly unknown[] {
    const due: unknown[] = [];
    for (let next = this.#infos[0]; next && next.at <= this.#position; next = this.#infos[0]) {
      this.#infos.shift();
      due.push(next.request);
    }
    return due;
  }
}
