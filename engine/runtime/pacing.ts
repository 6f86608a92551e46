import type { StageId, WorkerId } from '../ids.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { Pace } from '../transport/protocol.ts';
import { Permits, type HeldReport, type Permit } from './permits.ts';
import type { Speed } from './run-handle.ts';

/** How fast the deliveries of a run go, and who gets the permits while they are held (RUN-5). */
export class Pacing {
  readonly #scheduler: Scheduler;
  readonly #grantTo: (permit: Permit) => void;
  readonly #permits = new Permits();
  #speed: Speed;
  #cancelTick: () => void = () => undefined;
  /** Nothing is granted before the stages are known, or after the end. */
  #active = false;

  constructor(speed: Speed, scheduler: Scheduler, grantTo: (permit: Permit) => void) {
    this.#speed = speed;
    this.#scheduler = scheduler;
    this.#grantTo = grantTo;
  }

  get isStepping(): boolean {
    return this.#speed.kind === 'step';
  }

  get pace(): Pace {
    return this.#speed.kind === 'full' ? 'full' : 'held';
  }

  /** The stages are known, in this order. */
  begin(order: readonly StageId[]): void {
    this.#permits.arrange(order);
    this.#active = true;
    this.#tick();
  }

  /** Changes the speed; whether the workers must hear of another pace. */
  set(speed: Speed): boolean {
    const before = this.pace;
    this.#speed = speed;
    this.#permits.forget();
    this.#cancelTick();
    this.#tick();
    return this.pace !== before;
  }

  /** One delivery, as soon as some stage has a message. */
  step(): void {
    this.#permits.want();
    this.#grant();
  }

  report(worker: WorkerId, report: HeldReport): void {
    this.#permits.report(worker, report);
    this.#grant();
  }

  /** A worker is gone: others may have the permit that it cannot use any more. */
  lose(worker: WorkerId): void {
    this.#permits.lose(worker);
    this.#grant();
  }

  end(): void {
    this.#active = false;
    this.#cancelTick();
  }

  /** Slow motion: wants one delivery every so often. */
  #tick(): void {
    const speed = this.#speed;
    if (speed.kind !== 'slow' || !this.#active) return;
    const everyMs = 1_000 / speed.deliveriesPerSecond;
    this.#cancelTick = this.#scheduler.after(everyMs, () => {
      // What was not granted since the last tick is not made up for.
      this.#permits.forget();
      this.step();
      this.#tick();
    });
  }

  #grant(): void {
    const permit = this.#active ? this.#permits.grant() : null;
    if (permit) this.#grantTo(permit);
  }
}
