import type { Crew, FromWorker, Platform, ToWorker, TraceError, WorkerLink } from 'sluice';
import { FRAME_GONE } from './problems.ts';
import { parseFromWorker, type EnteredCallback } from './protocol.ts';
import type { Sandbox, WorkerFailure } from './sandbox-frame.ts';

/** What the workers of a run load. */
export interface SandboxProgram {
  /** Text of the worker's own script. */
  readonly script: string;
  /** Text of the compiled program. */
  readonly program: string;
  /** Data set → its rows as JSON. */
  readonly data: Readonly<Record<string, string>>;
}

/**
 * How a run lets go of its workers. `ended` by itself: they may be as they were before, and the frame can tell. `over`: they
 * are needed no more, and only with the frame do those end at once that loop.
 */
export type Parting = 'ended' | 'over';

/** Workers inside a sandbox frame, as the engine's controller wants them. For one run. */
export class SandboxPlatform implements Platform {
  readonly name = 'sandbox';
  readonly #frame: Sandbox;
  readonly #program: SandboxProgram;
  readonly #onParting: (how: Parting) => void;
  #malformed = 0;

  constructor(frame: Sandbox, program: SandboxProgram, onParting: (how: Parting) => void) {
    this.#frame = frame;
    this.#program = program;
    this.#onParting = onParting;
  }

  /** Messages that could not be read, and were left out. */
  get malformed(): number {
    return this.#malformed;
  }

  spawn(count: number): Promise<Crew> {
    const malformed = () => void (this.#malformed += 1);
    const crew = new SandboxCrew(this.#frame, {
      malformed,
      // Who says what cannot be read is not as it was.
      parted: (how) => this.#onParting(this.#malformed === 0 ? how : 'over'),
    });
    this.#frame.spawn(
      { ...this.#program, count },
      {
        onWorkerFailure: (failure) => crew.workerFailed(failure),
        onDeath: () => crew.fail({ name: 'SandboxError', message: 'The sandbox died', code: FRAME_GONE }),
        onMalformed: malformed,
      },
    );
    return Promise.resolve(crew);
  }
}

interface CrewOwner {
  readonly malformed: () => void;
  readonly parted: (how: Parting) => void;
}

class SandboxCrew implements Crew {
  readonly transport: 'ring' | 'port';
  readonly #frame: Sandbox;
  readonly #owner: CrewOwner;
  readonly #links: SandboxLink[] = [];
  /** Why there is no worker of this number, from before it was started. */
  readonly #failures = new Map<number, TraceError>();

  constructor(frame: Sandbox, owner: CrewOwner) {
    this.transport = frame.isIsolated ? 'ring' : 'port';
    this.#frame = frame;
    this.#owner = owner;
  }

  start(worker: number): WorkerLink {
    const { port1, port2 } = new MessageChannel();
    this.#frame.start(worker, port2);
    return this.#link(worker, port1);
  }

  replace(worker: number): WorkerLink {
    this.#links[worker]?.terminate();
    this.#failures.delete(worker);
    const { port1, port2 } = new MessageChannel();
    this.#frame.replace(worker, port2);
    return this.#link(worker, port1);
  }

  release(): void {
    this.#part('ended');
  }

  end(): void {
    this.#part('over');
  }

  workerFailed({ worker, fatal, message, stack }: WorkerFailure): void {
    const error = { name: 'Error', message, ...(stack !== undefined && { stack }) };
    if (!fatal) return this.#links[worker]?.say({ type: 'uncaught', worker, error });
    this.#failures.set(worker, error);
    this.#links[worker]?.fail(error);
  }

  fail(error: TraceError): void {
    for (const link of this.#links) link.fail(error);
  }

  #part(how: Parting): void {
    for (const link of this.#links) link.close();
    this.#owner.parted(how);
  }

  #link(worker: number, port: MessagePort): WorkerLink {
    const link = new SandboxLink(port, {
      malformed: this.#owner.malformed,
      ended: () => this.#frame.terminate(worker),
      entered: () => this.#frame.entered(worker),
    });
    this.#links[worker] = link;
    const failure = this.#failures.get(worker);
    if (failure) link.fail(failure);
    return link;
  }
}

interface LinkOwner {
  readonly malformed: () => void;
  readonly ended: () => void;
  readonly entered: () => EnteredCallback | null;
}

class SandboxLink implements WorkerLink {
  readonly #port: MessagePort;
  readonly #owner: LinkOwner;
  #listener: ((message: FromWorker) => void) | null = null;
  #failureListener: ((error: TraceError) => void) | null = null;
  #failure: TraceError | null = null;
  #isEnded = false;

  constructor(port: MessagePort, owner: LinkOwner) {
    this.#port = port;
    this.#owner = owner;
  }

  post(message: ToWorker): void {
    this.#port.postMessage(message);
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.#listener = listener;
    this.#port.onmessageerror = () => this.#owner.malformed();
    // The port holds messages back until it has a listener.
    this.#port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = parseFromWorker(data);
      if (message) this.say(message);
      else this.#owner.malformed();
    };
  }

  onFailure(listener: (error: TraceError) => void): void {
    this.#failureListener = listener;
    if (this.#failure) listener(this.#failure);
  }

  terminate(): void {
    if (this.#isEnded) return;
    this.close();
    this.#owner.ended();
  }

  entered(): EnteredCallback | null {
    return this.#owner.entered();
  }

  /** Nothing is heard or said any more. */
  close(): void {
    this.#isEnded = true;
    this.#port.close();
  }

  say(message: FromWorker): void {
    if (!this.#isEnded) this.#listener?.(message);
  }

  fail(error: TraceError): void {
    if (this.#isEnded) return;
    this.#failure = error;
    this.#failureListener?.(error);
  }
}
