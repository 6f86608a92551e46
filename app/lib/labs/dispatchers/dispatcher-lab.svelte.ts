import { bisector } from 'd3-array';
import type { TraceEntry } from 'sluice';
import { Bookmarks } from '../../inspect/bookmarks.svelte.ts';
import { RunShelf } from '../../inspect/compare/run-shelf.svelte.ts';
import { ONLY_SHOWN, type RunHost } from '../../inspect/run-host.ts';
import { saveRecording } from '../../recordings/save-recording.ts';
import { LabGuesses } from '../guesses.svelte.ts';
import { LabRun, LabRuns } from '../lab-runs.svelte.ts';
import { DISPATCHERS } from '../labs.ts';
import { dispatcherAccount, isSameLoad, type DispatcherAccount } from './dispatcher-account.ts';
import { dispatcherProgram, FIRST_LOAD, WAYS, type Load, type WayName } from './dispatcher-programs.ts';
import { dispatcherAnswers, QUESTIONS } from './dispatcher-questions.ts';

const byTime = bisector((entry: TraceEntry) => entry.atMs);

/** Each run has few stages that mostly sleep: more workers would only start later. */
const WORKERS = 3;

/** The run of one dispatcher. */
export class DispatcherRun extends LabRun<WayName> {
  readonly bookmarks = new Bookmarks();
  readonly account: DispatcherAccount | null = $derived.by(() => {
    const { plan, entries } = this.run.view;
    return plan && dispatcherAccount(plan, entries, this.told);
  });

  /** Moves to what had happened so long after the run began, ms. */
  seekTo(atMs: number): void {
    this.playhead.seek(byTime.right(this.run.view.entries, atMs));
  }

  /** What the run's own views may do: look, and save. */
  readonly host: RunHost = {
    ...ONLY_SHOWN,
    shelf: new RunShelf(),
    save: () => {
      const recording = this.run.recording(this.bookmarks.of(this.run.view.plan));
      if (recording) saveRecording(recording, `dispatchers-${this.name}.jsonl`);
    },
  };
}

/** Three runs of one program and one load, which differ in the dispatcher of their source. */
export class DispatcherLab extends LabRuns<DispatcherRun> {
  readonly guesses = new LabGuesses(DISPATCHERS, QUESTIONS);
  load: Load = $state.raw(FIRST_LOAD);
  /** The load of the runs in view; `null` before the first. */
  ran: Load | null = $state.raw(null);
  /** The dispatcher that is looked at. */
  way: WayName = $state('demand');
  /** Those whose run was looked at since it began. */
  looked: readonly WayName[] = $state.raw([]);

  constructor() {
    super(WAYS.map((way) => new DispatcherRun(way)));
  }

  readonly shown: DispatcherRun | null = $derived.by(
    () => this.all.find(({ name }) => name === this.way) ?? null,
  );
  readonly answers = $derived.by(() =>
    dispatcherAnswers({
      demand: this.#accountOf('demand'),
      broadcast: this.#accountOf('broadcast'),
      partition: this.#accountOf('partition'),
    }),
  );
  /** What is chosen now is not what has run. */
  readonly isStale: boolean = $derived.by(() => this.ran !== null && !isSameAs(this.ran, this.load));
  /** Whether all of them made the same orders; `null` while there is nothing to compare. */
  readonly sameLoad: boolean | null = $derived.by(() => {
    if (!this.finished) return null;
    return isSameLoad(
      this.all.flatMap(({ run }) =>
        run.view.plan ? [{ plan: run.view.plan, entries: run.view.entries }] : [],
      ),
    );
  });

  /** Begins all three with the load that is chosen. */
  async begin(): Promise<void> {
    if (!this.guesses.committed) return;
    const { load } = this;
    this.ran = load;
    this.looked = [this.way];
    await this.start(({ name }) => ({
      text: dispatcherProgram(name, load),
      seed: load.seed,
      workers: WORKERS,
    }));
  }

  /** Looks at another run, at the same time after its beginning. */
  look(way: WayName): void {
    const before = this.shown;
    this.way = way;
    this.looked = [...this.looked, way];
    if (!before || before.name === way) return;
    if (before.playhead.following) this.shown?.playhead.follow();
    else this.shown?.seekTo(before.playhead.entry?.atMs ?? 0);
  }

  change(load: Partial<Load>): void {
    this.load = { ...this.load, ...load };
  }

  #accountOf(way: WayName): DispatcherAccount | null {
    return this.all.find(({ name }) => name === way)?.account ?? null;
  }
}

function isSameAs(one: Load, other: Load): boolean {
  return one.slowMs === other.slowMs && one.maxDemand === other.maxDemand && one.seed === other.seed;
}
