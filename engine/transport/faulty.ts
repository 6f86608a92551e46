import type { WorkerId } from '../ids.ts';
import type { RemoteEnvelope } from '../stage/message.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { Transport } from './transport.ts';

/** What the faults of a network go by. */
export interface FaultyOptions {
  readonly scheduler: Scheduler;
  /** Numbers in [0, 1); a seeded one gives the same faults again. */
  readonly random: () => number;
  /** How long a batch may take at most, ms. */
  readonly maxDelayMs: number;
}

/** Lines of one run that delay what they carry, and lose workers: for tests. */
export interface FaultyNetwork {
  /**
   * Both ends of a line between two workers. Each batch takes a time of its own, so that those of different lines overtake
   * each other; on one line the order holds, in each direction.
   */
  line(one: WorkerId, other: WorkerId): readonly [Transport, Transport];
  /** Cuts a worker off: nothing it has sent and nothing sent to it arrives any more, not even what is on its way. */
  drop(worker: WorkerId): void;
}

/** Makes lines with faults. What arrives is what was sent: nothing is copied, so nothing is refused. */
export function faultyNetwork(options: FaultyOptions): FaultyNetwork {
  const dropped = new Set<WorkerId>();
  return {
    line(one, other) {
      const mayPass = () => !dropped.has(one) && !dropped.has(other);
      const [a, b] = [new FaultyEnd(options, mayPass), new FaultyEnd(options, mayPass)];
      a.connect(b);
      b.connect(a);
      return [a, b];
    },
    drop: (worker) => void dropped.add(worker),
  };
}

class FaultyEnd implements Transport {
  readonly #options: FaultyOptions;
  readonly #mayPass: () => boolean;
  #peer: FaultyEnd | null = null;
  #listener: ((envelopes: readonly RemoteEnvelope[]) => void) | null = null;
  #early: (readonly RemoteEnvelope[])[] = [];
  /** When the latest batch of this end arrives: none may be there before it. */
  #lastMs = 0;
  #closed = false;

  constructor(options: FaultyOptions, mayPass: () => boolean) {
    this.#options = options;
    this.#mayPass = mayPass;
  }

  connect(peer: FaultyEnd): void {
    this.#peer = peer;
  }

  send(envelopes: readonly RemoteEnvelope[]): readonly [] {
    if (this.#closed || envelopes.length === 0) return [];
    const { scheduler, random, maxDelayMs } = this.#options;
    const nowMs = scheduler.nowMs();
    const peer = this.#peer;
    this.#lastMs = Math.max(this.#lastMs, nowMs + random() * maxDelayMs);
    scheduler.after(this.#lastMs - nowMs, () => peer?.take(envelopes));
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

  take(envelopes: readonly RemoteEnvelope[]): void {
    if (this.#closed || !this.#mayPass()) return;
    if (this.#listener) this.#listener(envelopes);
    else this.#early.push(envelopes);
  }
}
