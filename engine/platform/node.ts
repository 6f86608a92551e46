import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { EngineError } from '../errors.ts';
import type { WorkerId } from '../ids.ts';
import type { Crew, Platform, WorkerLink } from '../runtime/run-handle.ts';
import { traceError } from '../trace/trace-value.ts';
import { bellMemory, lineMemory, type LineMemory } from '../transport/line-memory.ts';
import { parseFromWorker } from '../transport/parse-message.ts';
import { PrintedLines, type LinePrinter } from './node-lines.ts';
import { readStation, stationMemory, type Station } from './node-station.ts';
import type { LineEnd, NodeBoot, NodeOrder } from './node-worker.ts';

/** Where a Node run finds its parts. */
export interface NodeProgram {
  /** Path of the bundled worker script (node-worker.ts). */
  readonly workerFile: string;
  /** Address (`file:` or `data:`) of the compiled program, an ES module. */
  readonly programUrl: string;
  /** Data set → its rows as JSON. */
  readonly data?: Readonly<Record<string, string>>;
  /** Gets every line that the program prints, whole, beside what a trace keeps of it. */
  readonly lines?: LinePrinter;
  /** What carries events between workers: shared memory, or nothing but message ports. Default `ring`. */
  readonly transport?: 'ring' | 'port';
}

/** Runs programs on Node's worker_threads. One platform may serve many runs; each spawns threads of its own. */
export class NodePlatform implements Platform {
  readonly name = 'node';
  readonly #program: NodeProgram;
  readonly #transport: 'ring' | 'port';
  readonly #alive = new Set<NodeThread>();
  #printed: Promise<unknown> = Promise.resolve();

  constructor(program: NodeProgram) {
    this.#program = program;
    this.#transport = program.transport ?? 'ring';
  }

  /** Threads that have not ended yet. */
  get alive(): number {
    return this.#alive.size;
  }

  /** Ids of these threads. */
  get threadIds(): readonly number[] {
    return [...this.#alive].map(({ id }) => id);
  }

  /** Resolves once all threads that loaded a program have ended, and what they printed was handed on. */
  get printed(): Promise<unknown> {
    return this.#printed;
  }

  spawn(count: number): Promise<Crew> {
    const threads = Array.from({ length: count }, () => this.#make());
    return Promise.resolve(
      new NodeCrew(threads, {
        transport: this.#transport,
        make: () => this.#make(),
        load: (thread, place) => this.#load(thread, place),
      }),
    );
  }

  #make(): NodeThread {
    const thread = new NodeThread(this.#program.workerFile, () => this.#alive.delete(thread));
    this.#alive.add(thread);
    return thread;
  }

  #load(thread: NodeThread, { worker, control }: { worker: WorkerId; control: MessagePort }): void {
    const { programUrl, data = {}, lines } = this.#program;
    const printed = lines && new PrintedLines(worker, lines);
    if (printed) this.#printed = Promise.all([this.#printed, printed.over]);
    thread.order(
      {
        type: 'load',
        control,
        worker,
        programUrl,
        data,
        station: thread.station,
        ...(this.#transport === 'ring' && { bell: thread.bell }),
        ...(lines && printed && { lines: { port: printed.port, colours: lines.colours } }),
      },
      control,
      ...(printed ? [printed.port] : []),
    );
  }
}

/** A thread that has loaded the engine, and obeys. */
class NodeThread {
  readonly id: number;
  /** What wakes it; used where lines are of shared memory. */
  readonly bell = bellMemory();
  /** Where it notes which callback it is in. */
  readonly station = stationMemory();
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

/** Lets a thread load the program as that worker, which hears its controller on that port. */
type LoadProgram = (
  thread: NodeThread,
  place: { readonly worker: WorkerId; readonly control: MessagePort },
) => void;

class NodeCrew implements Crew {
  readonly transport: 'ring' | 'port';
  readonly #threads: NodeThread[];
  readonly #make: () => NodeThread;
  readonly #load: LoadProgram;
  readonly #links = new Map<WorkerId, NodeLink>();
  /** How often each worker has been replaced. */
  readonly #replaced: number[] = [];

  constructor(
    threads: NodeThread[],
    by: { readonly transport: 'ring' | 'port'; readonly make: () => NodeThread; readonly load: LoadProgram },
  ) {
    this.transport = by.transport;
    this.#threads = threads;
    this.#make = by.make;
    this.#load = by.load;
  }

  start(worker: WorkerId): WorkerLink {
    const thread = (this.#threads[worker] ??= this.#make());
    const { port1, port2 } = new MessageChannel();
    this.#load(thread, { worker, control: port2 });
    for (const other of this.#links.keys()) if (other !== worker) this.#connect(worker, other);
    const link = new NodeLink(worker, thread, port1);
    this.#links.set(worker, link);
    return link;
  }

  replace(worker: WorkerId): WorkerLink {
    this.#links.get(worker)?.terminate();
    this.#threads[worker] = this.#make();
    this.#replaced[worker] = (this.#replaced[worker] ?? 0) + 1;
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
    const [thread, otherThread] = [this.#threads[one], this.#threads[other]];
    if (!thread || !otherThread) return;
    const ends = lineEnds(this.transport === 'ring' ? lineMemory(thread.bell, otherThread.bell) : null);
    thread.order(this.#line(other, ends[0]), ends[0].port);
    otherThread.order(this.#line(one, ends[1]), ends[1].port);
  }

  #line(to: WorkerId, line: LineEnd): NodeOrder {
    return { type: 'connect', worker: to, line, replaced: this.#replaced[to] ?? 0 };
  }
}

/** Both ends of a new line. */
function lineEnds(memory: readonly [LineMemory, LineMemory] | null): readonly [LineEnd, LineEnd] {
  const { port1, port2 } = new MessageChannel();
  if (!memory) return [{ port: port1 }, { port: port2 }];
  return [
    { port: port1, memory: memory[0] },
    { port: port2, memory: memory[1] },
  ];
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

  entered(): Station | null {
    return readStation(this.#thread.station);
  }

  terminate(): void {
    this.#terminated = true;
    this.#control.close();
    this.#thread.end();
  }
}
