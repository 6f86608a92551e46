import { union } from 'd3-array';
import { RunSession } from '../sandbox/session.svelte.ts';
import { isUnderWay } from '../view/run-status.ts';
import { motion } from '../ui/motion.svelte.ts';
import { Playhead } from '../vis/playhead.svelte.ts';
import { TwinAccount, type TwinCounts } from './twin-account.ts';
import { twinProgram, wayOf, type OverflowRule, type TwinName } from './twin-programs.ts';

const ENTRY = 'orders.ts';
const PACKER = 'packer';

/** One of the two runs. */
export class Twin {
  readonly name: TwinName;
  readonly run = new RunSession();
  readonly playhead = new Playhead(() => this.run.view, { reducedMotion: () => motion.reduced });
  readonly #account = $derived.by(() => (this.run.view.plan ? new TwinAccount(this.run.view.plan) : null));
  readonly told: { readonly now: TwinCounts; readonly curve: readonly TwinCounts[] } = $derived.by(() => {
    if (!this.#account) return { now: NOTHING, curve: [] };
    const { entries, placement, status } = this.run.view;
    this.#account.update(entries, status === 'running' ? workersOf(placement) : 0);
    return { now: this.#account.now, curve: this.#account.curve };
  });

  constructor(name: TwinName) {
    this.name = name;
  }

  get isUnderWay(): boolean {
    return isUnderWay(this.run.view.status);
  }
}

const NOTHING: TwinCounts = { atMs: 0, made: 0, done: 0, waiting: 0, dropped: 0 };

/** Two runs of one program, side by side on real workers: one pushes, one is asked. */
export class Twins {
  readonly push = new Twin('push');
  readonly pull = new Twin('pull');
  rule: OverflowRule = $state('dropOld');
  /** What packing one order takes, ms. */
  pauseMs = $state(20);
  paused = $state(false);

  get both(): readonly Twin[] {
    return [this.push, this.pull];
  }

  readonly underWay = $derived.by(() => this.both.some((twin) => twin.isUnderWay));
  /** One of them has spent what it may record, and waits. */
  readonly spent = $derived.by(() => this.both.some(({ run }) => run.view.status === 'spent'));

  /** Whether a twin makes no more than it is asked for. */
  isPull(twin: Twin): boolean {
    return wayOf(twin.name, this.rule) === 'pull';
  }

  warm(): void {
    for (const { run } of this.both) run.warm();
  }

  /** Begins both anew, with the same orders. */
  start(): void {
    this.paused = false;
    for (const { name, run, playhead } of this.both) {
      run.setSpeed({ kind: 'full' });
      playhead.follow();
      const text = twinProgram(name, { rule: this.rule, pauseMs: this.pauseMs });
      // What goes wrong stands in its view.
      void run.run({ [ENTRY]: text }, ENTRY);
    }
  }

  stop(): void {
    for (const { run } of this.both) run.stop();
  }

  /** Holds both, or lets both go on. */
  pause(paused: boolean): void {
    this.paused = paused;
    for (const { run } of this.both) run.setSpeed({ kind: paused ? 'step' : 'full' });
  }

  /** Lets both record as much again. */
  goOn(): void {
    for (const { run } of this.both) run.continueRun();
  }

  /** Slows the packers of both, or speeds them up, while they run. */
  slow(pauseMs: number): void {
    this.pauseMs = pauseMs;
    for (const { run } of this.both) run.tell(PACKER, pauseMs);
  }

  /** What a full buffer does is decided when a stage starts: both begin anew. */
  setRule(rule: OverflowRule): void {
    this.rule = rule;
    if (this.underWay) this.start();
  }

  dispose(): void {
    for (const { run, playhead } of this.both) {
      playhead.pause();
      run.dispose();
    }
  }
}

function workersOf(placement: Readonly<Record<string, number>>): number {
  return union(Object.values(placement)).size;
}
