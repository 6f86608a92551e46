import type { WorkerId } from '../ids.ts';
import type { Crossings } from '../transport/protocol.ts';
import { Quiescence } from './quiescence.ts';

/** Finds out when nothing is left to do in a run: for its end, and for whoever waits until then (RUN-8). */
export class Settling {
  readonly #ping: () => number;
  readonly #onQuiet: () => void;
  readonly #waiting: (() => void)[] = [];
  #workers = 0;
  /** `null` before the workers are known. */
  #quiescence: Quiescence | null = null;
  /** Id of the pings of the second wave of {@link Quiescence}. */
  #waveId = 0;
  /** What the workers said before is void, and not all have been asked since. */
  #mustAsk = false;

  /**
   * @param ping - Asks every worker where it stands; gives the id that the answers will have.
   * @param onQuiet - Nothing is left to do at this moment.
   */
  constructor(ping: () => number, onQuiet: () => void) {
    this.#ping = ping;
    this.#onQuiet = onQuiet;
  }

  get isWaitedFor(): boolean {
    return this.#waiting.length > 0;
  }

  /** So many workers run the stages. */
  begin(workers: number): void {
    this.#workers = workers;
    this.#quiescence = new Quiescence(workers);
  }

  /** Looks anew: what was reported before may not know of what has been sent to the stages since. */
  again(): void {
    if (this.#quiescence) this.#quiescence = new Quiescence(this.#workers);
    this.#waveId = 0;
    this.#mustAsk = true;
  }

  /** Resolves once nothing is left to do, or the run is over. */
  wait(): Promise<void> {
    const settled = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.again();
    this.#ask();
    return settled;
  }

  /** A worker has said where it stands, by itself. */
  report(worker: WorkerId, crossings: Crossings): void {
    this.#look(worker, crossings);
    // Workers to which nothing has happened since say nothing by themselves.
    if (this.#mustAsk && crossings.idle) this.#ask();
  }

  /** A worker has said where it stands, as it was asked. */
  answer(worker: WorkerId, id: number, crossings: Crossings): void {
    if (id !== this.#waveId) this.#look(worker, crossings);
    else if (this.#quiescence?.answer(worker, crossings) === 'ended') this.#onQuiet();
  }

  /** Lets everybody go on who waits. */
  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #look(worker: WorkerId, crossings: Crossings): void {
    if (this.#quiescence?.report(worker, crossings) === 'ask') this.#waveId = this.#ask();
  }

  #ask(): number {
    this.#mustAsk = false;
    return this.#ping();
  }
}
