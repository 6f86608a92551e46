import type { SpawnRequest } from '$lib/sandbox/protocol.ts';
import type { FrameListener, Sandbox } from '$lib/sandbox/sandbox-frame.ts';

/** A sandbox without a frame: the test speaks for its workers, through the control ports. */
export class FakeSandbox implements Sandbox {
  readonly number: number;
  isSilent = false;
  isRemoved = false;
  answers = true;
  request: Omit<SpawnRequest, 'type'> | null = null;
  listener: FrameListener | null = null;
  readonly terminated: number[] = [];

  constructor(number = 1) {
    this.number = number;
  }

  spawn(request: Omit<SpawnRequest, 'type'>, listener: FrameListener): void {
    this.request = request;
    this.listener = listener;
  }

  terminate(worker: number): void {
    this.terminated.push(worker);
  }

  remove(): void {
    this.isRemoved = true;
    for (const port of this.request?.controls ?? []) port.close();
  }

  isAlive(): Promise<boolean> {
    return Promise.resolve(this.answers);
  }

  /** What worker `index` says. */
  say(index: number, message: unknown): void {
    this.request?.controls[index]?.postMessage(message);
  }
}
