import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { EngineError } from '../errors.ts';
import type { Platform, WorkerLink } from '../runtime/run-handle.ts';
import { traceError } from '../trace/trace-value.ts';
import { parseFromWorker } from '../transport/parse-message.ts';
import type { NodeBoot } from './node-worker.ts';

/** Where a Node run finds its parts. */
export interface NodeProgram {
  /** Path of the bundled worker script (node-worker.ts). */
  readonly workerFile: string;
  /** Address (`file:` or `data:`) of the compiled program, an ES module. */
  readonly programUrl: string;
  /** Data set → its rows as JSON. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Runs programs on Node's worker_threads. One platform may serve many runs; each spawns threads of its own. */
export class NodePlatform implements Platform {
  readonly name = 'node';
  readonly #program: NodeProgram;
  readonly #alive = new Set<Worker>();
  readonly #threadIds: number[] = [];

  constructor(program: NodeProgram) {
    this.#program = program;
  }

  /** Threads that have not ended yet. */
  get alive(): number {
    return this.#alive.size;
  }

  /** Ids of the threads of the latest run, by worker. */
  get threadIds(): readonly number[] {
    return this.#threadIds;
  }

  spawn(count: number): Promise<readonly WorkerLink[]> {
    this.#threadIds.length = 0;
    const peers = connected(count);
    return Promise.resolve(
      peers.map((own, worker) => this.#spawnOne({ worker, workers: count, peers: own })),
    );
  }

  #spawnOne(place: Pick<NodeBoot, 'worker' | 'workers' | 'peers'>): WorkerLink {
    const { workerFile, programUrl, data = {} } = this.#program;
    const { port1: control, port2: theirs } = new MessageChannel();
    const boot: NodeBoot = { ...place, control: theirs, programUrl, data };
    const ports = [theirs, ...place.peers.filter((port) => port !== null)];
    const thread = new Worker(workerFile, { workerData: boot, transferList: ports });
    this.#alive.add(thread);
    this.#threadIds[place.worker] = thread.threadId;
    const link = new NodeLink(place.worker, thread, control);
    thread.on('exit', () => {
      this.#alive.delete(thread);
      control.close();
    });
    return link;
  }
}

class NodeLink implements WorkerLink {
  readonly #worker: number;
  readonly #thread: Worker;
  readonly #control: MessagePort;
  #terminated = false;

  constructor(worker: number, thread: Worker, control: MessagePort) {
    this.#worker = worker;
    this.#thread = thread;
    this.#control = control;
  }

  post(message: Parameters<WorkerLink['post']>[0]): void {
    this.#control.postMessage(message);
  }

  onMessage(listener: Parameters<WorkerLink['onMessage']>[0]): void {
    this.#control.on('message', (message: unknown) => {
      if (!this.#terminated) listener(parseFromWorker(message));
    });
  }

  onFailure(listener: Parameters<WorkerLink['onFailure']>[0]): void {
    this.#thread.on('error', (error) => {
      if (!this.#terminated) listener(traceError(error));
    });
    this.#thread.on('exit', (code) => {
      if (this.#terminated) return;
      const details = { worker: this.#worker + 1, problem: `its thread ended with code ${code}` };
      listener(traceError(new EngineError('worker_failed', details)));
    });
  }

  terminate(): void {
    this.#terminated = true;
    this.#control.close();
    void this.#thread.terminate();
  }
}

/** A channel between every two of `count` workers: for each worker its ends, by the other's index. */
function connected(count: number): (MessagePort | null)[][] {
  const ends = Array.from({ length: count }, () =>
    Array.from({ length: count }, (): MessagePort | null => null),
  );
  for (let a = 0; a < count; a += 1) {
    for (let b = a + 1; b < count; b += 1) {
      const { port1, port2 } = new MessageChannel();
      ends[a]?.splice(b, 1, port1);
      ends[b]?.splice(a, 1, port2);
    }
  }
  return ends;
}
