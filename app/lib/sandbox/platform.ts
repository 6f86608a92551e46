import type { FromWorker, Platform, ToWorker, TraceError, WorkerLink } from 'sluice';
import { FRAME_GONE } from './problems.ts';
import { parseFromWorker } from './protocol.ts';
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

/** Workers inside a sandbox frame, as the engine's controller wants them. For one run. */
export class SandboxPlatform implements Platform {
  readonly name = 'sandbox';
  readonly #frame: Sandbox;
  readonly #program: SandboxProgram;
  readonly #onEmpty: () => void;
  #links: readonly SandboxLink[] = [];
  #malformed = 0;

  /** @param onEmpty called when the last worker has been ended: the frame is not needed any more */
  constructor(frame: Sandbox, program: SandboxProgram, onEmpty: () => void) {
    this.#frame = frame;
    this.#program = program;
    this.#onEmpty = onEmpty;
  }

  /** Messages that could not be read, and were left out. */
  get malformed(): number {
    return this.#malformed;
  }

  spawn(count: number): Promise<readonly WorkerLink[]> {
    const channels = Array.from({ length: count }, () => new MessageChannel());
    this.#links = channels.map(
      ({ port1 }, worker) =>
        new SandboxLink(port1, {
          malformed: () => this.#countMalformed(),
          ended: () => this.#ended(worker),
        }),
    );
    this.#frame.spawn(
      { ...this.#program, controls: channels.map(({ port2 }) => port2) },
      {
        onWorkerFailure: (failure) => this.#workerFailed(failure),
        onDeath: () => this.#failAll({ name: 'SandboxError', message: 'The sandbox died', code: FRAME_GONE }),
        onMalformed: () => this.#countMalformed(),
      },
    );
    return Promise.resolve(this.#links);
  }

  #countMalformed(): void {
    this.#malformed += 1;
  }

  #workerFailed({ worker, fatal, message, stack }: WorkerFailure): void {
    const error = { name: 'Error', message, ...(stack !== undefined && { stack }) };
    if (fatal) this.#links[worker]?.fail(error);
    else this.#links[worker]?.say({ type: 'uncaught', worker, error });
  }

  #failAll(error: TraceError): void {
    for (const link of this.#links) link.fail(error);
  }

  /** Only with the last worker the frame goes: that is what ends workers that loop. */
  #ended(worker: number): void {
    if (this.#links.every((link) => link.isEnded)) this.#onEmpty();
    else this.#frame.terminate(worker);
  }
}

interface LinkOwner {
  readonly malformed: () => void;
  readonly ended: () => void;
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

  get isEnded(): boolean {
    return this.#isEnded;
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
    this.#isEnded = true;
    this.#port.close();
    this.#owner.ended();
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
