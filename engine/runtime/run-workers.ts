import type { WorkerId } from '../ids.ts';
import type { TraceError } from '../trace/trace-entry.ts';
import type { FromWorker, ToWorker } from '../transport/protocol.ts';
import type { Crew, WorkerLink } from './run-handle.ts';

/** Who is told what workers say. */
interface Ears {
  readonly failed: (worker: WorkerId, error: TraceError) => void;
  readonly heard: (worker: WorkerId, message: FromWorker) => void;
}

/** The workers that a run has told to load the program, from the first one on, and how far each of them is. */
export class RunWorkers {
  readonly #ears: Ears;
  #crew: Crew | null = null;
  readonly #links: WorkerLink[] = [];
  /** Their stages run. A worker that takes another one's place has to say so anew. */
  readonly #started = new Set<WorkerId>();
  /** They have handed over what they recorded. */
  readonly #stopped = new Set<WorkerId>();

  constructor(ears: Ears) {
    this.#ears = ears;
  }

  get count(): number {
    return this.#links.length;
  }

  /** What carries events between them. */
  get transport(): Crew['transport'] {
    return this.#crew?.transport ?? 'port';
  }

  /** The platform has made them. */
  come(crew: Crew): void {
    this.#crew = crew;
  }

  /** Lets workers load the program until so many have. */
  load(count: number): void {
    for (let worker = this.count; worker < count && this.#crew; worker += 1) {
      this.#use(worker, this.#crew.start(worker));
    }
  }

  /** Ends one, or takes note that it is gone: another one loads the program in its place. */
  replace(worker: WorkerId): void {
    if (!this.#crew) return;
    this.#started.delete(worker);
    this.#use(worker, this.#crew.replace(worker));
  }

  post(worker: WorkerId, message: ToWorker): void {
    this.#links[worker]?.post(message);
  }

  /** The numbers of all, the first one 0. */
  get all(): Iterable<WorkerId> {
    return this.#links.keys();
  }

  /** What its code was last about to do, by its own note; `undefined` where it keeps none. */
  entered(worker: WorkerId): ReturnType<NonNullable<WorkerLink['entered']>> | undefined {
    return this.#links[worker]?.entered?.();
  }

  /** Its stages run. */
  start(worker: WorkerId): void {
    this.#started.add(worker);
  }

  hasStarted(worker: WorkerId): boolean {
    return this.#started.has(worker);
  }

  get haveAllStarted(): boolean {
    return this.#started.size >= this.count;
  }

  /** It has handed over what it recorded. */
  stop(worker: WorkerId): void {
    this.#stopped.add(worker);
  }

  get haveAllStopped(): boolean {
    return this.#stopped.size >= this.count;
  }

  /** Those that are as they were before may serve another run. */
  release(): void {
    this.#crew?.release();
  }

  /** Ends all at once, whatever they do. */
  end(): void {
    this.#crew?.end();
  }

  #use(worker: WorkerId, link: WorkerLink): void {
    this.#links[worker] = link;
    link.onFailure((error) => this.#ears.failed(worker, error));
    link.onMessage((message) => this.#ears.heard(worker, message));
  }
}
