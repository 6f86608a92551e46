import { union } from 'd3-array';
import { RunSession } from '../sandbox/session.svelte.ts';
import { motion } from '../ui/motion.svelte.ts';
import { isUnderWay } from '../view/run-status.ts';
import { Playhead } from '../vis/playhead.svelte.ts';
import { toldBy } from './told-by.ts';

/** How a run of a lab begins. */
export interface LabStart {
  readonly text: string;
  /** What chance is drawn from: equal in runs that are to get the same load. Left out: another one each time. */
  readonly seed?: number;
  /** Workers at the most; left out: as many as the plan has use for. */
  readonly workers?: number;
}

/** One run of a lab on real workers of its own, and what shows it. Named as the lab tells its runs apart. */
export class LabRun<Name extends string = string> {
  readonly name: Name;
  readonly run = new RunSession();
  readonly playhead = new Playhead(() => this.run.view, { reducedMotion: () => motion.reduced });
  /** Its only file, as problems name it. */
  readonly #entry: string;

  constructor(name: Name, entry = `${name}.ts`) {
    this.name = name;
    this.#entry = entry;
  }

  get isUnderWay(): boolean {
    return isUnderWay(this.run.view.status);
  }

  /** It came to its end by itself: what it shows is all there is. */
  get isFinished(): boolean {
    return this.run.view.status === 'finished';
  }

  /** Workers that may still tell something of this run; 0 once all has been told. */
  get tellers(): number {
    const { status, placement } = this.run.view;
    return status === 'running' ? union(Object.values(placement)).size : 0;
  }

  /**
   * Entries of its trace up to which all workers have told what they did: what is counted there fits together, while later
   * ones of some workers may be missing. All of them once the run is over.
   */
  get told(): number {
    const { entries } = this.run.view;
    return this.tellers > 0 ? toldBy(entries, this.tellers) : entries.length;
  }

  /** Begins anew at full speed, and follows. Settles when the run is over; what goes wrong stands in its view. */
  start({ text, seed, workers }: LabStart): Promise<void> {
    const { run, playhead } = this;
    run.setSpeed({ kind: 'full' });
    run.storm.change({ seed: seed ?? null });
    if (workers !== undefined) run.workerSettings = { ...run.workerSettings, workers };
    playhead.follow();
    return run.run({ [this.#entry]: text }, this.#entry);
  }

  dispose(): void {
    this.playhead.pause();
    this.run.dispose();
  }
}

/** Several runs that begin, wait and end together. Make it while the page's component is made; dispose of it with that. */
export class LabRuns<One extends LabRun> {
  readonly all: readonly One[];
  paused = $state(false);
  readonly underWay: boolean = $derived.by(() => this.all.some((one) => one.isUnderWay));
  /** All of them came to their ends by themselves. */
  readonly finished: boolean = $derived.by(() => this.all.every((one) => one.isFinished));
  /** One of them has spent what it may record, and waits. */
  readonly spent: boolean = $derived.by(() => this.all.some(({ run }) => run.view.status === 'spent'));

  constructor(all: readonly One[]) {
    this.all = all;
  }

  /** Makes the first start quick. Call it when the page is shown. */
  warm(): void {
    for (const { run } of this.all) run.warm();
  }

  /**
   * Begins all of them anew, at the same time. Settles when the last is over.
   *
   * @param how - What each begins with: give all the same seed where they are to get the same load.
   */
  async start(how: (one: One) => LabStart): Promise<void> {
    this.paused = false;
    await Promise.all(this.all.map((one) => one.start(how(one))));
  }

  stop(): void {
    for (const { run } of this.all) run.stop();
  }

  /** Holds all of them, or lets them go on. */
  pause(paused: boolean): void {
    this.paused = paused;
    for (const { run } of this.all) run.setSpeed({ kind: paused ? 'step' : 'full' });
  }

  /** Lets all of them record as much again. */
  goOn(): void {
    for (const { run } of this.all) run.continueRun();
  }

  /** Casts a message to a stage of each while they run. */
  tell(stage: string, message: unknown): void {
    for (const { run } of this.all) run.tell(stage, message);
  }

  dispose(): void {
    for (const one of this.all) one.dispose();
  }
}
