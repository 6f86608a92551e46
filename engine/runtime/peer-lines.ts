import type { WorkerId } from '../ids.ts';
import type { RemoteEnvelope } from '../stage/message.ts';
import type { Refused, Transport } from '../transport/transport.ts';

/**
 * The lines to the other workers: what one turn sends goes as one message to each, and both ways are counted (RUN-8). A line
 * may be laid at any time: what is for a worker that has none yet waits.
 */
export class PeerLines {
  readonly #peers = new Map<WorkerId, Transport>();
  readonly #outboxes = new Map<WorkerId, RemoteEnvelope[]>();
  /** Came before somebody could take them. */
  #early: (readonly RemoteEnvelope[])[] = [];
  #take: ((batch: readonly RemoteEnvelope[]) => void) | null = null;
  #sent = 0;
  #received = 0;

  /** Envelopes that have left or wait for their line, in all: who waits is not done. */
  get sent(): number {
    return this.#sent;
  }

  /** Envelopes that were taken, in all. */
  get received(): number {
    return this.#received;
  }

  /** Lays the line to a worker. One that was there before is closed: nothing of it arrives any more. */
  connect(worker: WorkerId, transport: Transport): void {
    this.#peers.get(worker)?.close();
    this.#peers.set(worker, transport);
    transport.receive((batch) => {
      if (this.#peers.get(worker) === transport) this.#receive(batch);
    });
  }

  /** Says who takes what comes; what came before is taken now. */
  open(take: (batch: readonly RemoteEnvelope[]) => void): void {
    this.#take = take;
    const early = this.#early;
    this.#early = [];
    for (const batch of early) this.#receive(batch);
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
    for (const transport of this.#peers.values()) if (transport.poll?.()) came = true;
    return came;
  }

  /** Keeps an envelope for the next flush. */
  send(envelope: RemoteEnvelope, to: WorkerId): void {
    this.#sent += 1;
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
        this.#sent -= refused.length;
        for (const each of refused) onRefused(each);
        again ||= refused.length > 0;
      }
    }
  }

  close(): void {
    for (const transport of this.#peers.values()) transport.close();
    this.#peers.clear();
    this.#outboxes.clear();
  }

  #receive(batch: readonly RemoteEnvelope[]): void {
    if (!this.#take) {
      this.#early.push(batch);
      return;
    }
    this.#received += batch.length;
    this.#take(batch);
  }
}
