import type { SpawnRequest } from '$lib/sandbox/protocol.ts';
import type { FrameListener, Sandbox } from '$lib/sandbox/sandbox-frame.ts';

/** A sandbox without a frame: the test speaks for its workers, through the control ports. */
export class FakeSandbox implements Sandbox {
  readonly number: number;
  readonly isIsolated = false;
  isSilent = false;
  isRemoved = false;
  answers = true;
  request: Omit<SpawnRequest, 'type'> | null = null;
  listener: FrameListener | null = null;
  /** By worker: the latest. */
  readonly controls: MessagePort[] = [];
  readonly replaced: number[] = [];
  readonly terminated: number[] = [];
  warmed = 0;
  /** What it says of its workers after a run. */
  isClean = true;

  constructor(number = 1) {
    this.number = number;
  }

  spawn(request: Omit<SpawnRequest, 'type'>, listener: FrameListener): void {
    this.request = request;
    this.listener = listener;
  }

  start(worker: number, control: MessagePort): void {
    this.controls[worker] = control;
  }

  replace(worker: number, control: MessagePort): void {
    this.replaced.push(worker);
    this.start(worker, control);
  }

  warm(_script: string, count: number): void {
    this.warmed = count;
  }

  leave(): Promise<boolean> {
    return Promise.resolve(this.isClean);
  }

  entered(): null {
    return null;
  }

  terminate(worker: number): void {
    this.terminated.push(worker);
  }

  remove(): void {
    this.isRemoved = true;
    for (const port of this.controls) port.close();
  }

  isAlive(): Promise<boolean> {
    return Promise.resolve(this.answers);
  }

  /** What worker `index` says. */
  say(index: number, message: unknown): void {
    this.controls[index]?.postMessage(message);
  }
}
