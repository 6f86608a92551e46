import type { EntryOf, PlanWarning, RunEnd, RunFailure, RunUpdate, TraceEntry } from 'sluice';
import { EntryFilter } from '../view/entry-filter.ts';
import { RunConsole, type ConsoleTail } from './console-lines.ts';
import {
  crashProblem,
  crashesIn,
  droppedProblem,
  failureProblem,
  frameGoneProblem,
  isTrouble,
  malformedProblem,
  planProblem,
  silentProblem,
  uncaughtProblem,
  withoutRepeats,
  type ProgramText,
} from './problems.ts';
import type { Problem, RunStatus, RunView } from './run-view.ts';

/** What the page knows of a run beside the run itself. */
export interface SandboxNotes {
  /** What the compiler warned of. */
  readonly warnings: readonly Problem[];
  /** Messages that could not be read. */
  readonly malformed: number;
  /** The sandbox as a whole did not answer: no worker of it could. */
  readonly isSilent: boolean;
  readonly seed?: number;
}

/** Turns where a run stands into what the page shows of it. Keeps what does not change from one update to the next. */
export class LiveView {
  readonly #program: ProgramText;
  readonly #console: RunConsole;
  readonly #troubles = new EntryFilter(isTrouble);
  readonly #subscribes = new EntryFilter((entry) => entry.type === 'subscribe');
  #seen: readonly TraceEntry[] = [];
  /** By the crash, or by the restart that followed it. */
  readonly #crashes = new WeakMap<TraceEntry, Problem>();
  #entries: readonly TraceEntry[] | null = null;
  #outputs = -1;
  #tail: ConsoleTail = { lines: [], dropped: 0 };
  #crashProblems: readonly Problem[] = [];

  constructor(program: ProgramText) {
    this.#program = program;
    this.#console = new RunConsole(program.places);
  }

  view(update: RunUpdate, notes: SandboxNotes): RunView {
    if (update.entries !== this.#entries || update.output.length !== this.#outputs) this.#read(update);
    const { plan, placement, workers, transport, entries, dropped, stages, subscriptions, elapsedMs, end } =
      update;
    const { weather, stoppedBy } = update;
    return {
      status: statusOf(update),
      plan,
      placement,
      workers,
      transport,
      entries,
      dropped,
      stages,
      subscriptions,
      console: this.#tail.lines,
      consoleDropped: this.#tail.dropped + update.outputDropped,
      problems: withoutRepeats([
        ...(end?.type === 'failed' ? [this.#failure(end, notes)] : []),
        ...this.#crashProblems,
        ...update.uncaught.map((error) => uncaughtProblem(error, this.#program)),
        ...this.#stillTrue(update).map((warning) => planProblem(warning, this.#program)),
        ...silentProducers(update).map(([id, asked]) => silentProblem(id, asked, this.#program)),
        ...(dropped > 0 ? [droppedProblem(dropped)] : []),
        ...(notes.malformed > 0 ? [malformedProblem(notes.malformed)] : []),
        ...notes.warnings,
      ]),
      elapsedMs,
      ...(notes.seed !== undefined && { seed: notes.seed }),
      ...(weather.length > 0 && { weather }),
      ...(stoppedBy && { stoppedBy }),
    };
  }

  /** When nothing in the sandbox answers, no stage is to blame. */
  #failure(end: RunFailure, { isSilent }: SandboxNotes): Problem {
    return isSilent && end.phase === 'watchdog' ? frameGoneProblem() : failureProblem(end, this.#program);
  }

  #stillTrue(update: RunUpdate): readonly PlanWarning[] {
    if (update.warnings.length === 0) return update.warnings;
    return stillTrue(update, this.#subscribes.update(update.entries));
  }

  #read({ entries, output }: RunUpdate): void {
    this.#entries = entries;
    this.#outputs = output.length;
    this.#tail = this.#console.tail(entries, output);
    const troubles = this.#troubles.update(entries);
    if (troubles === this.#seen) return;
    this.#seen = troubles;
    this.#crashProblems = crashesIn(troubles).map(({ crash, restart }) => {
      const problem = this.#crashes.get(restart ?? crash) ?? crashProblem(crash, this.#program, restart);
      this.#crashes.set(restart ?? crash, problem);
      return problem;
    });
  }
}

/** What a plan warns of, less what the run has since put right: callbacks may subscribe, too. */
function stillTrue(
  { warnings, plan }: RunUpdate,
  made: readonly EntryOf<'subscribe'>[],
): readonly PlanWarning[] {
  const fed = new Set(made.map(({ stage }) => stage));
  const asked = new Set(made.map(({ producer }) => producer));
  return warnings.filter(({ stage: id }) => {
    const kind = plan?.stages.find((stage) => stage.id === id)?.kind;
    return (kind !== 'producer' && !fed.has(id)) || (kind !== 'consumer' && !asked.has(id));
  });
}

/** Producers that emitted nothing in a run that is over though their handleDemand was called; with what they were asked for. */
function silentProducers({
  end,
  plan,
  entries,
  stages,
  subscriptions,
}: RunUpdate): readonly (readonly [string, number])[] {
  if (end?.type !== 'idle' || !plan) return [];
  const demanded = new Set(
    entries.flatMap((entry) =>
      entry.type === 'begin' && entry.callback === 'handleDemand' ? [entry.stage] : [],
    ),
  );
  const silent = stages.filter(
    ({ stage, emitted, status }) => demanded.has(stage) && emitted === 0 && status === 'waiting',
  );
  return silent.flatMap(({ stage }) => {
    const asked = subscriptions
      .filter(({ producer }) => producer === stage)
      .reduce((sum, one) => sum + one.asked, 0);
    return asked > 0 ? [[stage, asked] as const] : [];
  });
}

function statusOf({ status, end }: RunUpdate): RunStatus {
  if (status !== 'ended') return status;
  return end ? STATUS_AFTER[end.type] : 'stopped';
}

const STATUS_AFTER: Readonly<Record<RunEnd['type'], RunStatus>> = {
  idle: 'finished',
  exited: 'finished',
  crashed: 'failed',
  stopped: 'stopped',
  failed: 'failed',
};
