import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { EngineError } from '../errors.ts';
import type { WorkerId } from '../ids.ts';
import type { Crew, Platform, WorkerLink } from '../runtime/run-handle.ts';
import { traceError } from '../trace/trace-value.ts';
import { bellMemory, lineMemory, type LineMemory } from '../transport/line-memory.ts';
import { parseFromWorker } from '../transport/parse-message.ts';
import { PrintedLines, type LinePrinter } from './node-lines.ts';
import { readStation, stationMemory, type Station } from './station.ts';
import type { NodeBoot, NodeOrder } from './node-worker.ts';
import type { LineEnd, WorkerLeft } from './worker-orders.ts';

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
  /**
   * Whether threads that a run has left as they were serve the next one. Not for programs that import more than `sluice`: what
   * those do to a thread nobody can tell. Default true, unless its lines are printed.
   */
  readonly reuse?: boolean;
  /** Megabytes of heap that each worker may use: one that needs more is ended, and the run says so. Default 2,048. */
  readonly memoryMb?: number;
}

/** Less than most machines have, and far more than a pipeline holds that is bounded by its demand. */
const MEMORY_MB = 2_048;

/** Runs that one thread serves at most: every program that was loaded stays in its memory, whatever becomes of it. */
const MAX_RUNS = 20;
/** Threads that wait for the next run at most; those beyond are ended. */
const MAX_IDLE = 8;
/** How long they wait, ms. */
const IDLE_MS = 5_000;
/** A thread says by then whether it is as it was, or is ended, ms. */
const LEAVE_WITHIN_MS = 500;

/**
 * Runs programs on Node's worker_threads. One platform may serve many runs. Threads that a run has left as they were serve the
 * next one (RUN-14) that begins within 5 s; they do not keep the process alive, and {@link NodePlatform.close} ends them.
 */
export class NodePlatform implements Platform {
  readonly name = 'node';
  readonly #program: NodeProgram;
  readonly #transport: 'ring' | 'port';
  readonly #alive = new Set<NodeThread>();
  readonly #idle: NodeThread[] = [];
  #printed: Promise<unknown> = Promise.resolve();
  #closed = false;

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

  /** Threads that wait for the next run. */
  get idle(): number {
    return this.#idle.length;
  }

  spawn(count: number): Promise<Crew> {
    const threads = Array.from({ length: count }, () => this.#take());
    return Promise.resolve(
      new NodeCrew(threads, {
        transport: this.#transport,
        make: () => this.#make(),
        load: (thread, place) => this.#load(thread, place),
        keep: (thread) => this.#keep(thread),
      }),
    );
  }

  /** Ends the threads that wait, and from now on every thread with its run. */
  close(): void {
    this.#closed = true;
    for (const thread of this.#idle.splice(0)) thread.end();
  }

  #take(): NodeThread {
    for (let waiting = this.#idle.pop(); waiting; waiting = this.#idle.pop()) {
      if (waiting.goOn()) return waiting;
    }
    return this.#make();
  }

  #keep(thread: NodeThread): void {
    const { lines, reuse = lines === undefined } = this.#program;
    if (!reuse || this.#closed || thread.runs >= MAX_RUNS || this.#idle.length >= MAX_IDLE)
      return thread.end();
    thread.wait(IDLE_MS);
    this.#idle.push(thread);
  }

  #make(): NodeThread {
    const { workerFile, memoryMb = MEMORY_MB } = this.#program;
    const thread = new NodeThread(workerFile, memoryMb, () => {
      this.#alive.delete(thread);
      const waiting = this.#idle.indexOf(thread);
      if (waiting >= 0) this.#idle.splice(waiting, 1);
    });
    this.#alive.add(thread);
    return thread;
  }

  #load(thread: NodeThread, { worker, control }: { worker: WorkerId; control: MessagePort }): void {
    const { programUrl, data = {}, lines } = this.#program;
    thread.begin();
    const printed = lines && new PrintedLines(worker, lines);
    if (printed) this.#printed = Promise.all([this.#printed, printed.over]);
    thread.order(
      {
        type: 'load',
        control,
        worker,
        // The same address would give the module that is there already, with all its variables.
        programUrl: thread.runs === 1 ? programUrl : `${programUrl}#${thread.runs}`,
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
  readonly memoryMb: number;
  /** What wakes it; used where lines are of shared memory. */
  readonly bell = bellMemory();
  /** Where it notes which callback it is in. */
  readonly station = stationMemory();
  readonly #worker: Worker;
  readonly #orders: MessagePort;
  #runs = 0;
  #patience: NodeJS.Timeout | undefined;
  #isEnded = false;
  #problem: unknown = null;
  #onFailure: ((problem: unknown) => void) | null = null;

  constructor(file: string, memoryMb: number, onExit: () => void) {
    this.memoryMb = memoryMb;
    const { port1, port2 } = new MessageChannel();
    const boot: NodeBoot = { orders: port2 };
    this.#worker = new Worker(file, {
      workerData: boot,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    this.#orders = port1;
    this.id = this.#worker.threadId;
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      this.#fail(`its thread ended with code ${code}`);
      port1.close();
      onExit();
    });
  }

  /** Programs it has loaded. */
  get runs(): number {
    return this.#runs;
  }

  /** Lets the process end without it, and ends it unless it is to go on by then. */
  wait(ms: number): void {
    this.#worker.unref();
    this.#patience = setTimeout(() => this.end(), ms).unref();
  }

  /** Whether it still lives. */
  goOn(): boolean {
    clearTimeout(this.#patience);
    this.#worker.ref();
    return this.#problem === null && !this.#isEnded;
  }

  /** It gets a program to load. */
  begin(): void {
    this.#runs += 1;
  }

  /** Lets it go of its program; whether it is as it was before. */
  async leave(): Promise<boolean> {
    if (this.#problem !== null) return false;
    this.#onFailure = null;
    const left = new Promise<boolean>((resolve) => {
      this.#orders.once('message', ({ leftovers }: WorkerLeft) => resolve(leftovers === null));
      this.#orders.once('close', () => resolve(false));
    });
    this.order({ type: 'leave' });
    const { promise: late, cancel } = after(LEAVE_WITHIN_MS);
    const isClean = await Promise.race([left, late.then(() => false)]);
    cancel();
    this.#orders.removeAllListeners();
    this.#orders.unref();
    return isClean && this.#problem === null;
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
    this.#isEnded = true;
    clearTimeout(this.#patience);
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

/** What a crew needs of its platform. */
interface CrewOwner {
  readonly transport: 'ring' | 'port';
  readonly make: () => NodeThread;
  readonly load: LoadProgram;
  /** Takes a thread that is as it was before. */
  readonly keep: (thread: NodeThread) => void;
}

class NodeCrew implements Crew {
  readonly transport: 'ring' | 'port';
  readonly #threads: NodeThread[];
  readonly #owner: CrewOwner;
  readonly #links = new Map<WorkerId, NodeLink>();
  /** How often each worker has been replaced. */
  readonly #replaced: number[] = [];

  constructor(threads: NodeThread[], owner: CrewOwner) {
    this.transport = owner.transport;
    this.#threads = threads;
    this.#owner = owner;
  }

  start(worker: WorkerId): WorkerLink {
    const thread = (this.#threads[worker] ??= this.#owner.make());
    const { port1, port2 } = new MessageChannel();
    this.#owner.load(thread, { worker, control: port2 });
    for (const other of this.#links.keys()) if (other !== worker) this.#connect(worker, other);
    const link = new NodeLink(worker, thread, port1);
    this.#links.set(worker, link);
    return link;
  }

  replace(worker: WorkerId): WorkerLink {
    this.#links.get(worker)?.terminate();
    this.#threads[worker] = this.#owner.make();
    this.#replaced[worker] = (this.#replaced[worker] ?? 0) + 1;
    return this.start(worker);
  }

  release(): void {
    for (const [worker, thread] of this.#threads.entries()) {
      const link = this.#links.get(worker);
      if (link) void this.#leave(thread, link);
      else this.#owner.keep(thread);
    }
  }

  async #leave(thread: NodeThread, link: NodeLink): Promise<void> {
    link.close();
    if (await thread.leave()) this.#owner.keep(thread);
    else thread.end();
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

  #line(to: WorkerId, line: LineEnd<MessagePort>): NodeOrder {
    return { type: 'connect', worker: to, line, replaced: this.#replaced[to] ?? 0 };
  }
}

/** Both ends of a new line. */
function lineEnds(
  memory: readonly [LineMemory, LineMemory] | null,
): readonly [LineEnd<MessagePort>, LineEnd<MessagePort>] {
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
      listener(traceError(this.#explained(problem)));
    });
  }

  #explained(problem: unknown): unknown {
    const worker = this.#worker + 1;
    if (typeof problem === 'string') return new EngineError('worker_failed', { worker, problem });
    if (!isOutOfMemory(problem)) return problem;
    const entered = this.entered();
    const where = entered ? `${entered.callback} of "${entered.stage}"` : 'the program while it was loaded';
    return new EngineError('worker_memory', { worker, memoryMb: this.#thread.memoryMb, where });
  }

  entered(): Station | null {
    return readStation(this.#thread.station);
  }

  terminate(): void {
    this.close();
    this.#thread.end();
  }

  /** Nothing is heard or said any more. */
  close(): void {
    this.#terminated = true;
    this.#control.close();
  }
}

/** Resolves after a time, unless it is cancelled. Does not keep the process alive. */
function after(ms: number): { readonly promise: Promise<void>; readonly cancel: () => void } {
  let cancel = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    cancel = () => clearTimeout(timer);
  });
  return { promise, cancel };
}

function isOutOfMemory(problem: unknown): boolean {
  return problem instanceof Error && 'code' in problem && problem.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
