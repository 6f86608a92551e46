import type { RemoteEnvelope } from '../stage/message.ts';
import type { Bell } from './bell.ts';
import { isBatch, postCloned } from './cloned.ts';
import { BatchDecoder } from './encoding/batch-decoder.ts';
import { BatchEncoder } from './encoding/batch-encoder.ts';
import type { LineMemory } from './line-memory.ts';
import type { Port } from './message-port.ts';
import { RingReader, RingWriter } from './ring-memory.ts';
import { CAN_WAIT_LATER, sharedBell } from './shared-bell.ts';
import type { Refused, Transport } from './transport.ts';

/** A batch that came by the port. Its place in the order: behind so many frames of the ring. */
interface ByPort {
  readonly behind: number;
  /** Envelopes, or their encoded bytes. */
  readonly batch: readonly RemoteEnvelope[] | Uint8Array;
}

/**
 * A line of two rings in shared memory, with a message port beside it. A batch goes in compact form into the ring, if it
 * has one and there is room, else by the port; nothing ever waits for room. Each frame says how many batches have gone by
 * the port before it, and each message how many frames: so all arrive in the order they were sent (SAB-3).
 *
 * Whoever owns the end looks for what has come (`poll`) when the worker's bell has been rung.
 *
 * @param port - For what has no compact form, and for what the ring has no room for now.
 */
export function sharedRingTransport(memory: LineMemory, port: Port): Transport {
  return new RingEnd(memory, port);
}

class RingEnd implements Transport {
  readonly #port: Port;
  readonly #bell: Bell;
  readonly #writer: RingWriter;
  readonly #reader: RingReader;
  readonly #encoder = new BatchEncoder();
  readonly #decoder = new BatchDecoder();
  readonly #room = (length: number): Uint8Array => this.#decoder.room(length);
  #listener: ((envelopes: readonly RemoteEnvelope[]) => void) | null = null;
  /** Sent and taken so far, modulo 2³². */
  #framesSent = 0;
  #messagesSent = 0;
  #framesTaken = 0;
  #messagesTaken = 0;
  /** Came by the port, and frames that were sent before are still in the ring. */
  readonly #early: ByPort[] = [];
  #isDraining = false;
  #closed = false;

  constructor({ out, in: incoming, bell }: LineMemory, port: Port) {
    this.#port = port;
    this.#bell = sharedBell(bell);
    this.#writer = new RingWriter(out);
    this.#reader = new RingReader(incoming);
  }

  send(envelopes: readonly RemoteEnvelope[]): readonly Refused[] {
    if (this.#closed || envelopes.length === 0 || this.#writer.isClosed) return [];
    const encoded = this.#encoder.encode(envelopes);
    let refused: readonly Refused[] = [];
    if (!encoded) refused = postCloned(envelopes, (batch) => this.#post(batch));
    else if (this.#writer.write(encoded.bytes, encoded.length, this.#messagesSent)) {
      this.#framesSent = (this.#framesSent + 1) | 0;
    } else {
      const bytes = encoded.bytes.slice(0, encoded.length);
      this.#post(bytes, [bytes.buffer]);
    }
    this.#bell.ring();
    if (!CAN_WAIT_LATER && this.#writer.knock()) this.#port.post(null);
    return refused;
  }

  poll(): boolean {
    if (this.#closed || !this.#listener || this.#isDraining) return false;
    this.#isDraining = true;
    let came = false;
    try {
      for (let batch = this.#next(); batch; batch = this.#next()) {
        came = true;
        this.#listener(batch);
      }
    } finally {
      this.#isDraining = false;
    }
    return came;
  }

  receive(listener: (envelopes: readonly RemoteEnvelope[]) => void): void {
    this.#listener = listener;
    this.#port.listen((message) => {
      this.#keep(message);
      this.poll();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.close();
    this.#early.length = 0;
    this.#port.close();
  }

  #post(batch: ByPort['batch'], transfer?: readonly ArrayBuffer[]): void {
    const message: ByPort = { behind: this.#framesSent, batch };
    this.#port.post(message, transfer);
    this.#messagesSent = (this.#messagesSent + 1) | 0;
    this.#writer.announce(this.#messagesSent);
  }

  /** The batch that was sent next, if it is here. */
  #next(): readonly RemoteEnvelope[] | null {
    while (!this.#closed) {
      const [early] = this.#early;
      if (early && early.behind === this.#framesTaken) {
        this.#early.shift();
        this.#messagesTaken = (this.#messagesTaken + 1) | 0;
        return this.#read(early.batch);
      }
      if (this.#reader.peek() === this.#messagesTaken) {
        this.#framesTaken = (this.#framesTaken + 1) | 0;
        return this.#decoder.decode(this.#reader.take(this.#room));
      }
      // The ring is empty, or its frame is behind a message: fetched where that can be done, else both wait for it.
      if (!this.#fetch()) return null;
    }
    return null;
  }

  /** Takes a message that the port holds, if the platform can; whether there was one. */
  #fetch(): boolean {
    const here = (this.#messagesTaken + this.#early.length) | 0;
    if (this.#reader.announced === here) return false;
    const came = this.#port.take?.();
    if (came) this.#keep(came.message);
    return came !== undefined;
  }

  #keep(message: unknown): void {
    if (this.#closed) return;
    if (message === null) this.#reader.answer();
    else if (isByPort(message)) this.#early.push(message);
  }

  #read(batch: ByPort['batch']): readonly RemoteEnvelope[] {
    return batch instanceof Uint8Array ? this.#decoder.decodeBytes(batch) : batch;
  }
}

/** The port joins two ends of this engine, and learner code never sees it: the shape alone is checked. */
function isByPort(message: unknown): message is ByPort {
  if (typeof message !== 'object' || message === null) return false;
  if (!('behind' in message && 'batch' in message)) return false;
  return message.batch instanceof Uint8Array || isBatch(message.batch);
}
