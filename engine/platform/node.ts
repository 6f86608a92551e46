import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { EngineError } from '../errors.ts';
import type { WorkerId } from '../ids.ts';
import type { Crew, Platform, WorkerLink } from '../runtime/run-handle.ts';
import { traceError } from '../trace/trace-value.ts';
import { parseFromWorker } from '../transport/parse-message.ts';
import type { LineEnd, NodeBoot, NodeOrder } from './node-worker.ts';

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
  readonly #alive = new Set<NodeThread>();

  constructor(program: NodeProgram) {
    this.#program = program;
  }

  /** Threads that have not ended yet. */
  get alive(): number {
    return this.#alive.size;
  }

  /** Ids of these threads. */
  get threadIds(): readonly number[] {
    return [...this.#alive].map(({ id }) => id);
  }

  spawn(count: number): Promise<Crew> {
    const threads = Array.from({ length: count }, () => this.#make());
    return Promise.resolve(new NodeCrew(this.#program, threads, () => this.#make()));
  }

  #make(): NodeThread {
    const thread = new NodeThread(this.#program.workerFile, () => this.#alive.delete(thread));
    this.#alive.add(thread);
    return thread;
  }
}

/** A thread that has loaded the engine, and obeys. */
class NodeThread {
  readonly id: number;
  readonly #worker: Worker;
  readonly #orders: MessagePort;
  #problem: unknown = null;
  #onFailure: ((problem: unknown) => void) | null = null;

  constructor(file: string, onExit: () => void) {
    const { port1, port2 } = new MessageChannel();
    const boot: NodeBoot = { orders: port2 };
    this.#worker = new Worker(file, { workerData: boot, transferList: [port2] });
    this.#orders = port1;
    this.id = this.#worker.threadId;
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      this.#fail(`its thread ended with code ${code}`);
      port1.close();
      onExit();
    });
  }

  order(order: NodeOrder, ...ports: MessagePort[]): void {
    this.#orders.postMessage(order, ports);
  }

  /** Says who hears that it is gone, and why: at once if it is already. */
  onFailure(listener: (problem: unknown) => void): void {
    this.#onFailure = listener;
    if (this.#problem !== null) listener(this.#problem);
  }

  end(): void {
    this.#orders.close();
    void this.#worker.terminate();
  }

  /** What was thrown says more than that the thread has ended then. */
  #fail(problem: unknown): void {
    if (this.#problem !== null) return;
    this.#problem = problem;
    this.#onFailure?.(problem);
  }
}

class NodeCrew implements Crew {
  readonly #program: NodeProgram;
  readonly #threads: NodeThread[];
  readonly #make: () => NodeThread;
  readonly #links = new Map<WorkerId, NodeLink>();

  constructor(program: NodeProgram, threads: NodeThread[], make: () => NodeThread) {
    this.#program = program;
    this.#threads = threads;
    this.#make = make;
  }

  start(worker: WorkerId): WorkerLink {
    const thread = (this.#threads[worker] ??= this.#make());
    const { programUrl, data = {} } = this.#program;
    const { port1, port2 } = new MessageChannel();
    thread.order({ type: 'load', control: port2, worker, programUrl, data }, port2);
    for (const other of this.#links.keys()) if (other !== worker) this.#connect(worker, other);
    const link = new NodeLink(worker, thread, port1);
    this.#links.set(worker, link);
    return link;
  }

  replace(worker: WorkerId): WorkerLink {
    this.#links.get(worker)?.terminate();
    this.#threads[worker] = this.#make();
    return this.start(worker);
  }

  release(): void {
    this.end();
  }

  end(): void {
    for (const link of this.#links.values()) link.terminate();
    for (const thread of this.#threads) thread.end();
  }

  #connect(one: WorkerId, other: WorkerId): void {
    const [ofOne, ofOther] = lineEnds();
    this.#threads[one]?.order({ type: 'connect', worker: other, line: ofOne }, ofOne.port);
    this.#threads[other]?.order({ type: 'connect', worker: one, line: ofOther }, ofOther.port);
  }
}

/** Both ends of a new line. */
function lineEnds(): readonly [LineEnd, LineEnd] {
  const { port1, port2 } = new MessageChannel();
  return [{ port: port1 }, { port: port2 }];
}

class NodeLink implements WorkerLink {
  readonly #worker: WorkerId;
  readonly #thread: NodeThread;
  readonly #control: MessagePort;
  #terminated = false;

  constructor(worker: WorkerId, thread: NodeThread, control: MessagePort) {
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
    this.#thread.onFailure((problem) => {
      if (this.#terminated) return;
      const error =
        typeof problem === 'string'
          ? new EngineError('worker_failed', { worker: this.#worker + 1, problem })
          : problem;
      listener(traceError(error));
    });
  }

  terminate(): void {
    this.#terminated = true;
    this.#control.close();
    this.#thread.end();
  }
}
