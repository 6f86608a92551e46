import {
  parseFromFrame,
  type EnteredCallback,
  type FromFrame,
  type Hello,
  type SpawnRequest,
  type ToFrame,
} from './protocol.ts';

/** What a frame loses first when its process dies is its answers: after 3 s without one it counts as dead. */
const PING_EVERY_MS = 500;
const DEAD_AFTER_PINGS = 6;

/** A frame that owes this many answers is not well: whatever else seems wrong, this comes first. */
const SILENT_AFTER_PINGS = 3;

/** A frame is ready in a tenth of a second; a machine under load gets a hundred times that. */
const READY_WITHIN_MS = 10_000;

/** Of its own: whatever the page's policy allows, the frame and its workers reach no network. */
const FRAME_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob: data:',
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join('; ');

type Ready = Extract<FromFrame, { type: 'ready' }>;

/** What became of a worker, as the frame tells it. */
export type WorkerFailure = Extract<FromFrame, { type: 'workerFailed' }>;

/** Who hears what goes wrong during a run. */
export interface FrameListener {
  readonly onWorkerFailure: (failure: WorkerFailure) => void;
  /** The frame does not answer any more: its process is gone, or drowned. Called once. */
  readonly onDeath: () => void;
  /** Something arrived that is no message of a frame. */
  readonly onMalformed: () => void;
}

/** A place that makes workers, for one run at a time. */
export interface Sandbox {
  /** Whether its workers share memory. */
  readonly isIsolated: boolean;
  /** Makes so many workers ahead, which load that script. */
  warm(script: string, count: number): void;
  /** Makes workers. Errors of theirs, and the sandbox's own end, go to `listener`. */
  spawn(request: Omit<SpawnRequest, 'type'>, listener: FrameListener): void;
  /** Lets a worker load the program. `control` is the worker's end of the line to who drives it. */
  start(worker: number, control: MessagePort): void;
  /** Ends a worker and starts another in its place. */
  replace(worker: number, control: MessagePort): void;
  /**
   * Lets the workers go of the program when its run has ended by itself. Nobody hears of errors any more.
   *
   * @returns Whether all of them are as they were before the run, and may serve another.
   */
  leave(): Promise<boolean>;
  /** Ends one worker; one that loops takes its time. */
  terminate(worker: number): void;
  /** Ends the sandbox and every worker in it, at once. Idempotent. */
  remove(): void;
  /** Which callback a worker has entered last, as far as that is known here; `null` where its messages have to tell. */
  entered(worker: number): EnteredCallback | null;
  /** Whether one that waited unused still answers: its process may have been discarded. */
  isAlive(withinMs: number): Promise<boolean>;
  /** Whether it owes answers. Stays as it was once it is removed. */
  readonly isSilent: boolean;
}

/** How long the frame may take to say how its workers are after a run, ms. */
const LEAVE_WITHIN_MS = 600;

/** A sandbox as an opaque-origin frame. To remove it ends all its workers at once, however busy they are. */
export class SandboxFrame implements Sandbox {
  readonly isIsolated: boolean;
  readonly #element: HTMLIFrameElement;
  readonly #port: MessagePort;
  #listener: FrameListener | null = null;
  #onAnswer: (() => void) | null = null;
  #onLeft: ((clean: boolean) => void) | null = null;
  #heartbeat: ReturnType<typeof setInterval> | null = null;
  #sent = 0;
  #answered = 0;
  #removed = false;
  #entered: readonly (EnteredCallback | null)[] = [];

  private constructor(element: HTMLIFrameElement, port: MessagePort, isIsolated: boolean) {
    this.isIsolated = isIsolated;
    this.#element = element;
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.#take(data);
    port.onmessageerror = () => this.#listener?.onMalformed();
  }

  /** Builds a frame. Rejects when it is not ready in time. */
  static async open(script: string, title: string): Promise<SandboxFrame> {
    const element = document.createElement('iframe');
    element.setAttribute('sandbox', 'allow-scripts');
    element.setAttribute('allow', 'cross-origin-isolated');
    element.setAttribute('aria-hidden', 'true');
    element.tabIndex = -1;
    element.title = title;
    element.style.cssText =
      'position: fixed; width: 1px; height: 1px; inset: 0 auto auto -9px; border: 0; visibility: hidden';
    element.srcdoc = documentOf(script, title);
    const { port1, port2 } = new MessageChannel();
    try {
      await loaded(element);
      const { isolated } = await greeted(element, port1, port2);
      return new SandboxFrame(element, port1, isolated);
    } catch (error) {
      port1.close();
      element.remove();
      throw error;
    }
  }

  spawn(request: Omit<SpawnRequest, 'type'>, listener: FrameListener): void {
    this.#listener = listener;
    this.#entered = [];
    this.#answered = this.#sent;
    this.#heartbeat ??= setInterval(() => this.#beat(), PING_EVERY_MS);
    this.#post({ type: 'spawn', ...request });
  }

  start(worker: number, control: MessagePort): void {
    this.#post({ type: 'start', worker, control }, [control]);
  }

  replace(worker: number, control: MessagePort): void {
    this.#entered = this.#entered.map((entered, own) => (own === worker ? null : entered));
    this.#post({ type: 'replace', worker, control }, [control]);
  }

  warm(script: string, count: number): void {
    this.#post({ type: 'warm', script, count });
  }

  async leave(): Promise<boolean> {
    this.#listener = null;
    const left = new Promise<boolean>((resolve) => (this.#onLeft = resolve));
    this.#post({ type: 'leave' });
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), LEAVE_WITHIN_MS));
    const clean = await Promise.race([left, late]);
    this.#onLeft = null;
    if (this.#listener === null) this.#rest();
    return clean && !this.#removed;
  }

  get isSilent(): boolean {
    return this.#sent - this.#answered >= SILENT_AFTER_PINGS;
  }

  entered(worker: number): EnteredCallback | null {
    return this.#entered[worker] ?? null;
  }

  terminate(worker: number): void {
    this.#post({ type: 'terminate', worker });
  }

  remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    this.#listener = null;
    this.#rest();
    this.#port.close();
    this.#element.remove();
  }

  async isAlive(withinMs: number): Promise<boolean> {
    const answered = new Promise<true>((resolve) => (this.#onAnswer = () => resolve(true)));
    this.#post({ type: 'ping', id: (this.#sent += 1) });
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), withinMs));
    return await Promise.race([answered, late]);
  }

  /** Nobody is asked any more whether it lives. */
  #rest(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
  }

  #beat(): void {
    if (this.#sent - this.#answered >= DEAD_AFTER_PINGS) {
      const listener = this.#listener;
      this.remove();
      listener?.onDeath();
      return;
    }
    this.#post({ type: 'ping', id: (this.#sent += 1) });
  }

  #take(data: unknown): void {
    const message = parseFromFrame(data);
    if (!message) this.#listener?.onMalformed();
    else if (message.type === 'pong') {
      this.#answered = Math.max(this.#answered, message.id);
      this.#entered = message.entered;
      this.#onAnswer?.();
    } else if (message.type === 'left') this.#onLeft?.(message.clean);
    else if (message.type === 'workerFailed') this.#listener?.onWorkerFailure(message);
  }

  #post(message: ToFrame, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

function documentOf(script: string, title: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}"><title>${title}</title></head>` +
    `<body><script>${script}</script></body></html>`
  );
}

function loaded(element: HTMLIFrameElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(notReady()), READY_WITHIN_MS);
    element.addEventListener(
      'load',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
    document.body.append(element);
  });
}

/** Hands the frame its port; its first word on it says that its script runs. */
function greeted(element: HTMLIFrameElement, own: MessagePort, theirs: MessagePort): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(notReady()), READY_WITHIN_MS);
    own.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = parseFromFrame(data);
      if (message?.type !== 'ready') return;
      clearTimeout(timer);
      resolve(message);
    };
    const hello: Hello = { type: 'hello' };
    // An opaque origin has no name: only '*' reaches it. What goes along is a port, and nothing to read.
    element.contentWindow?.postMessage(hello, '*', [theirs]);
  });
}

function notReady(): Error {
  return new Error(`Cannot open a sandbox: the frame was not ready within ${READY_WITHIN_MS / 1_000} s`);
}
