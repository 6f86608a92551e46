import type { WorkerId } from '../ids.ts';
import type { RemoteEnvelope } from '../stage/message.ts';
import type { Refused, Transport } from '../transport/transport.ts';

/** The lines to the other workers: what one turn sends goes as one message to each, and both ways are counted (RUN-8). */
export class PeerLines {
  readonly #peers: readonly (Transport | null)[];
  readonly #outboxes = new Map<WorkerId, RemoteEnvelope[]>();
  /** Came before somebody could take them. */
  #early: (readonly RemoteEnvelope[])[] = [];
  #take: ((batch: readonly RemoteEnvelope[]) => void) | null = null;
  #sent = 0;
  #received = 0;

  /** @param peers - By worker; `null` at one's own place. */
  constructor(peers: readonly (Transport | null)[]) {
    this.#peers = peers;
    for (const transport of peers) transport?.receive((batch) => this.#receive(batch));
  }

  /** Envelopes that have left, in all. */
  get sent(): number {
    return this.#sent;
  }

  /** Envelopes that were taken, in all. */
  get received(): number {
    return this.#received;
  }

  /** Says who takes what comes; what came before is taken now. */
  open(take: (batch: readonly RemoteEnvelope[]) => void): void {
    this.#take = take;
    const early = this.#early;
    this.#early = [];
    for (const batch of early) this.#receive(batch);
  }

  /** Keeps an envelope for the next flush. */
  send(envelope: RemoteEnvelope, to: WorkerId): void {
    const outbox = this.#outboxes.get(to);
    if (outbox) outbox.push(envelope);
    else this.#outboxes.set(to, [envelope]);
  }

  /** Sends what one turn has produced. What cannot cross is handed to `onRefused`, which may send more. */
  flush(onRefused: (refused: Refused) => void): void {
    while (this.#outboxes.size > 0) {
      const outboxes = [...this.#outboxes];
      this.#outboxes.clear();
      for (const [worker, envelopes] of outboxes) {
        const refused = this.#peers[worker]?.send(envelopes) ?? [];
        this.#sent += envelopes.length - refused.length;
        for (const each of refused) onRefused(each);
      }
    }
  }

  close(): void {
    for (const transport of this.#peers) transport?.close();
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
