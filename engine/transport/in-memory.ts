import type { RemoteEnvelope } from '../stage/message.ts';
import type { Refused, Transport } from './transport.ts';

/** Runs `task` soon, after what runs now has ended; in order. `queueMicrotask` is one. */
export type Defer = (task: () => void) => void;

/** Two connected ends on one thread. Nothing is copied, so nothing is ever refused. */
export function inMemoryPair(defer: Defer): readonly [Transport, Transport] {
  const a = new InMemoryEnd(defer);
  const b = new InMemoryEnd(defer);
  a.connect(b);
  b.connect(a);
  return [a, b];
}

class InMemoryEnd implements Transport {
  readonly #defer: Defer;
  #peer: InMemoryEnd | null = null;
  #listener: ((envelopes: readonly RemoteEnvelope[]) => void) | null = null;
  /** Batches that arrived before somebody listened. */
  #early: (readonly RemoteEnvelope[])[] = [];
  #closed = false;

  constructor(defer: Defer) {
    this.#defer = defer;
  }

  connect(peer: InMemoryEnd): void {
    this.#peer = peer;
  }

  send(envelopes: readonly RemoteEnvelope[]): readonly Refused[] {
    const peer = this.#peer;
    if (!this.#closed && peer && envelopes.length > 0) {
      this.#defer(() => {
        peer.#take(envelopes);
      });
    }
    return [];
  }

  receive(listener: (envelopes: readonly RemoteEnvelope[]) => void): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const batch of early) listener(batch);
  }

  close(): void {
    this.#closed = true;
    this.#listener = null;
    this.#early = [];
  }

  #take(envelopes: readonly RemoteEnvelope[]): void {
    if (this.#closed) return;
    if (this.#listener) this.#listener(envelopes);
    else this.#early.push(envelopes);
  }
}
