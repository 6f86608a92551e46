/** Batches of a stage for one reader: the stage is busy with a batch until the reader wants the next one. */
export class Handover<Event> {
  /** A batch that the reader has not taken yet. */
  #offered: readonly Event[] | null = null;
  /** Lets the stage go on that has offered the last batch; `false`: it is to stop. */
  #release: (goOn: boolean) => void = () => undefined;
  /** The reader, while it waits for a batch. */
  #take: ((batch: readonly Event[] | null) => void) | null = null;
  #isClosed = false;

  /** From the stage; resolves once the batch is used up, with whether more are wanted. */
  offer(batch: readonly Event[]): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    const used = new Promise<boolean>((resolve) => {
      this.#release = resolve;
    });
    if (this.#take) this.#give(batch);
    else this.#offered = batch;
    return used;
  }

  /** From the reader, who has used up the batch before; `null` when nothing comes any more. */
  next(): Promise<readonly Event[] | null> {
    const offered = this.#offered;
    this.#offered = null;
    if (offered) return Promise.resolve(offered);
    this.#release(true);
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#take = resolve;
    });
  }

  /** Nothing is offered, or nothing is wanted, any more. */
  close(): void {
    this.#isClosed = true;
    this.#release(false);
    this.#give(null);
  }

  #give(batch: readonly Event[] | null): void {
    const take = this.#take;
    this.#take = null;
    take?.(batch);
  }
}
