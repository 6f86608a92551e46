import type { Problem } from '../../sandbox/run-view.ts';
import { RunSession } from '../../sandbox/session.svelte.ts';
import type { Sources } from '../../sandbox/source-search.ts';
import { MAX_SKEW_RUNS } from '../../storage/lab-schemas.ts';
import { motion } from '../../ui/motion.svelte.ts';
import { isUnderWay } from '../../view/run-status.ts';
import { Playhead } from '../../vis/playhead.svelte.ts';
import { STORED_SKEW_RUNS } from '../stored-rows.ts';
import { TriedRows } from '../tried-rows.svelte.ts';
import type { Shares } from './programs/orders.ts';
import { evenShares } from './shares.ts';
import type { SkewRow } from './skew-compare.ts';
import { SkewLog } from './skew-log.ts';
import {
  CITIES,
  ENTRY,
  ORDER_COUNT,
  skewFiles,
  type Fix,
  type PartitionCount,
  type SkewSettings,
} from './skew-programs.ts';
import { skewRun, type SkewRun } from './skew-run.ts';

/** Of virtual runs: everyone in turn. */
const SEED = 0;
/** More than any of these programs records. */
const MOST_ENTRIES = 20_000;

/** What has been started, and the trace it is read from. */
interface Started extends Pick<SkewRow, 'settings' | 'time'> {
  readonly log: SkewLog;
}

/** The skew lab: what is to run next, the run in view, and those before it. */
export class SkewLab {
  shares: Shares = $state.raw(evenShares(CITIES));
  partitions: PartitionCount = $state(4);
  fix: Fix = $state('plain');
  readonly session = new RunSession();
  readonly playhead = new Playhead(() => this.session.view, { reducedMotion: () => motion.reduced });
  readonly #tried = new TriedRows<SkewRow>(STORED_SKEW_RUNS, MAX_SKEW_RUNS);
  /** Number of the run that was chosen to be looked at; `null`: the latest. */
  chosen: number | null = $state(null);
  /** Number of the run whose trace is in view; `null` where that was not kept. */
  latest: number | null = $state(null);
  #started: Started | null = $state.raw(null);

  readonly settings: SkewSettings = $derived({
    shares: this.shares,
    partitions: this.partitions,
    fix: this.fix,
  });

  /** A run in virtual time is being made: it is shown when it is over. */
  isMaking: boolean = $state(false);
  /** The last run was ended before it was over: it has no row. */
  isStopped: boolean = $state(false);
  /** Why there is none. */
  #problems: readonly Problem[] = $state.raw([]);

  readonly underWay: boolean = $derived(this.isMaking || isUnderWay(this.session.view.status));
  readonly problems: readonly Problem[] = $derived(
    [...this.#problems, ...this.session.view.problems].filter(({ severity }) => severity === 'error'),
  );

  /** The run in view as far as it has come; `null` before one. */
  readonly live: SkewRun | null = $derived.by(() => {
    if (!this.#started || !this.session.view.plan) return null;
    const { log, settings } = this.#started;
    log.update(this.session.view.entries);
    return skewRun(log.facts, settings);
  });

  /** What is looked at: the run that goes on, the chosen one, or the latest; `null` before any. */
  readonly shown: Omit<SkewRow, 'number'> | SkewRow | null = $derived.by(() => {
    if (this.underWay && this.live && this.#started) return { ...this.#started, run: this.live };
    return this.rows.find(({ number }) => number === this.chosen) ?? this.rows.at(-1) ?? null;
  });

  /** In the order in which they ran; also those of earlier visits. */
  get rows(): readonly SkewRow[] {
    return this.#tried.rows;
  }

  /** Reads the runs of earlier visits, and takes up the settings of the last one. In the browser only. */
  async load(): Promise<void> {
    const { shares, partitions, fix } = this;
    await this.#tried.load();
    const last = this.rows.at(-1);
    const isUntouched = this.shares === shares && this.partitions === partitions && this.fix === fix;
    if (!last || !isUntouched || this.#started) return;
    ({ shares: this.shares, partitions: this.partitions, fix: this.fix } = last.settings);
  }

  /** Runs what is set. Settles when the run is over; what goes wrong stands in {@link problems}. */
  async start(time: SkewRow['time']): Promise<void> {
    const started: Started = { settings: this.settings, time, log: new SkewLog() };
    this.session.reset();
    this.#started = started;
    this.isMaking = time === 'virtual';
    this.isStopped = false;
    this.#problems = [];
    this.chosen = null;
    this.latest = null;
    this.playhead.follow();
    const files = skewFiles(started.settings);
    if (time === 'virtual') await this.#make(files, started);
    else {
      this.session.setSpeed({ kind: 'full' });
      await this.session.run(files, ENTRY);
    }
    if (this.#started === started) await this.#keep(started);
  }

  stop(): void {
    this.isStopped = this.underWay;
    if (!this.isMaking) return this.session.stop();
    // Nothing of it is shown, and nobody waits for what is still on its way.
    this.#started = null;
    this.isMaking = false;
    this.session.reset();
  }

  /** Empties the list; what is set stays. */
  forget(): void {
    this.#tried.forget();
    this.chosen = null;
    this.latest = null;
  }

  dispose(): void {
    this.#tried.dispose();
    this.playhead.pause();
    this.session.dispose();
  }

  async #make(files: Sources, started: Started): Promise<void> {
    const { runs, problems } = await this.session.virtual(files, ENTRY, [
      { seed: SEED, entryBudget: MOST_ENTRIES },
    ]);
    if (this.#started !== started) return;
    this.isMaking = false;
    this.#problems = problems;
    const [run] = runs;
    if (run) this.session.openRecording(run);
  }

  /** Runs that counted all orders are kept: only they can be compared. */
  async #keep(started: Started): Promise<void> {
    const { settings, time } = started;
    const run = this.live;
    if (run?.counted !== ORDER_COUNT) return;
    const latest = await this.#tried.add((number) => ({ number, settings, time, run }));
    if (this.#started === started) this.latest = latest;
  }
}
