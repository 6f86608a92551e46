import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Kind } from './hop-events.ts';
import { intRingMemory } from './int-ring.ts';
import type { Latencies } from './latencies.ts';

/** What the script of a hop begins with. */
export interface HopBoot {
  readonly line: MessagePort;
  readonly isSource: boolean;
}

/** How events cross: each by itself, in arrays, through a ring of integers, or there and back. */
export type HopOrder =
  | { readonly way: 'single' | 'batches'; readonly kind: Kind; readonly events: number }
  | { readonly way: 'ring'; readonly events: number; readonly memory: SharedArrayBuffer }
  | { readonly way: 'echo'; readonly events: number };

/** What the end that counts has come to. */
export interface Crossed extends Partial<Latencies> {
  readonly result: number;
}

export type HopAnswer = Crossed | 'ready';

/** Two threads and a port between them, without an engine. */
export class Hops {
  readonly #threads: readonly [source: Worker, sink: Worker];

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#threads = [spawn({ line: port1, isSource: true }), spawn({ line: port2, isSource: false })];
  }

  /** Lets events cross; answers with what their receiver has come to, or with how long each took. */
  async cross(order: HopOrder): Promise<Crossed> {
    const [source, sink] = this.#threads;
    const ready = answerOf(sink);
    sink.postMessage(order);
    await ready;
    const crossed = answerOf(order.way === 'echo' ? source : sink);
    source.postMessage(order);
    const answer = await crossed;
    return answer === 'ready' ? { result: NaN } : answer;
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

/** A ring that nothing has been written to. */
export function ringOrder(events: number): HopOrder {
  return { way: 'ring', events, memory: intRingMemory() };
}

function answerOf(thread: Worker): Promise<HopAnswer> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (answer: HopAnswer) => {
      thread.off('error', reject);
      resolve(answer);
    });
  });
}

function spawn(boot: HopBoot): Worker {
  const script = new URL('./hop-worker.mjs', import.meta.url);
  return new Worker(script, { workerData: boot, transferList: [boot.line] });
}
