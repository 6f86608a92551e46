import type { WorkerId } from '../ids.ts';
import type { RemoteEnvelope } from '../stage/message.ts';
import type { Refused, Transport } from '../transport/transport.ts';

/** Takes what has come from a worker. */
export type TakeBatch = (batch: readonly RemoteEnvelope[], peer: WorkerId) => void;

/**
 * The lines to the other workers: what one turn sends goes as one message to each, and both ways are counted (RUN-8). A line
 * may be laid at any time: what is for a worker that has none yet waits.
 */
export class PeerLines {
  readonly #onBroken: (error: unknown) => void;
  readonly #peers = new Map<WorkerId, Transport>();
  /** Which worker of its number each line leads to, from 0. */
  readonly #replaced = new Map<WorkerId, number>();
  /** Lines to workers in place of others whose loss has not been told yet. */
  readonly #next = new Map<WorkerId, { readonly replaced: number; readonly transport: Transport }>();
  readonly #outboxes = new Map<WorkerId, RemoteEnvelope[]>();
  /** Came before somebody could take them. */
  #early: {
    readonly from: Transport;
    readonly worker: WorkerId;
    readonly batch: readonly RemoteEnvelope[];
  }[] = [];
  #take: TakeBatch | null = null;
  /** By worker: what was exchanged with one that is gone counts no longer. */
  readonly #sent = new Map<WorkerId, number>();
  readonly #received = new Map<WorkerId, number>();

  /** @param onBroken - Told why what a line holds cannot be read: nothing comes or goes by it any more. */
  constructor(onBroken: (error: unknown) => void) {
    this.#onBroken = onBroken;
  }

  /** Envelopes that have left for workers that live or wait for their line, in all: who waits is not done. */
  get sent(): number {
    return sum(this.#sent);
  }

  /** Envelopes that were taken from workers that live, in all. */
  get received(): number {
    return sum(this.#received);
  }

  /**
   * Lays the line to a worker. One in place of another is used from when the loss of that one is told.
   *
   * @param replaced - Which worker of its number it leads to, from 0.
   */
  connect(worker: WorkerId, transport: Transport, replaced = 0): void {
    const known = this.#replaced.get(worker) ?? replaced;
    if (replaced < known) return transport.close();
    if (replaced > known && this.#take) {
      this.#next.get(worker)?.transport.close();
      this.#next.set(worker, { replaced, transport });
    } else this.#use(worker, transport, replaced);
  }

  /**
   * Says who takes what comes; what came before is taken now.
   *
   * @param replaced - By worker, which of its number is there now.
   */
  open(take: TakeBatch, replaced: readonly number[] = []): void {
    this.#take = take;
    for (const [worker, times] of replaced.entries()) this.lose(worker, times);
    const early = this.#early;
    this.#early = [];
    for (const { from, worker, batch } of early) {
      if (this.#peers.get(worker) === from) this.#receive(worker, batch);
    }
  }

  /** A worker is gone, for so many times now: what is on the way to it or from it never arrives, and counts no longer. */
  lose(worker: WorkerId, replaced: number): void {
    if ((this.#replaced.get(worker) ?? 0) >= replaced) {
      if (!this.#replaced.has(worker)) this.#replaced.set(worker, replaced);
      return;
    }
    this.#peers.get(worker)?.close();
    this.#peers.delete(worker);
    this.#outboxes.delete(worker);
    this.#sent.delete(worker);
    this.#received.delete(worker);
    this.#replaced.set(worker, replaced);
    const next = this.#next.get(worker);
    if (next?.replaced !== replaced) return;
    this.#next.delete(worker);
    this.#use(worker, next.transport, replaced);
  }

  /** Whether nothing waits to be flushed. */
  get isEmpty(): boolean {
    return this.#outboxes.size === 0;
  }

  /** Whether some of what comes is heard in turns of the event loop only. */
  get isHeardLater(): boolean {
    for (const transport of this.#peers.values()) if (!transport.poll) return true;
    return false;
  }

  /** Takes what has come by now, where that can be known; whether anything had. */
  poll(): boolean {
    let came = false;
    for (const transport of this.#peers.values()) {
      try {
        if (transport.poll?.()) came = true;
      } catch (error) {
        transport.close();
        this.#onBroken(error);
      }
    }
    return came;
  }

  /** Keeps an envelope for the next flush. */
  send(envelope: RemoteEnvelope, to: WorkerId): void {
    this.#sent.set(to, (this.#sent.get(to) ?? 0) + 1);
    const outbox = this.#outboxes.get(to);
    if (outbox) outbox.push(envelope);
    else this.#outboxes.set(to, [envelope]);
  }

  /** Sends what one turn has produced. What cannot cross is handed to `onRefused`, which may send more. */
  flush(onRefused: (refused: Refused) => void): void {
    let again = this.#outboxes.size > 0;
    while (again) {
      again = false;
      for (const [worker, envelopes] of [...this.#outboxes]) {
        const transport = this.#peers.get(worker);
        if (!transport) continue;
        this.#outboxes.delete(worker);
        const refused = transport.send(envelopes);
        this.#sent.set(worker, (this.#sent.get(worker) ?? 0) - refused.length);
        for (const each of refused) onRefused(each);
        again ||= refused.length > 0;
      }
    }
  }

  close(): void {
    for (const transport of this.#peers.values()) transport.close();
    for (const { transport } of this.#next.values()) transport.close();
    this.#peers.clear();
    this.#next.clear();
    this.#outboxes.clear();
  }

  #use(worker: WorkerId, transport: Transport, replaced: number): void {
    this.#peers.get(worker)?.close();
    this.#peers.set(worker, transport);
    this.#replaced.set(worker, replaced);
    transport.receive((batch) => {
      if (this.#peers.get(worker) !== transport) return;
      if (this.#take) this.#receive(worker, batch);
      else this.#early.push({ from: transport, worker, batch });
    });
  }

  #receive(worker: WorkerId, batch: readonly RemoteEnvelope[]): void {
    this.#received.set(worker, (this.#received.get(worker) ?? 0) + batch.length);
    this.#take?.(batch, worker);
  }
}

function sum(counts: ReadonlyMap<WorkerId, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
