import type { StageId } from '../ids.ts';
import { randomOfStages, seededRandom } from '../time/random.ts';
import { realScheduler } from '../time/scheduler.ts';
import { streamsOn } from '../sink/stream-scope.ts';
import { tasksOn } from '../task/task-scope.ts';
import { sleepOn } from '../time/sleep.ts';
import { RandomTurns, RoundRobin, type Turns } from '../time/turns.ts';
import { VirtualScheduler } from '../time/virtual-scheduler.ts';
import { Recorder } from '../trace/recorder.ts';
import type { TraceEntry } from '../trace/trace-entry.ts';
import type { StopCondition, StopHit } from '../trace/stop-condition.ts';
import { readWeather, type Weather } from '../trace/weather.ts';
import type { TraceLevel } from '../transport/protocol.ts';
import type { PlanView } from '../trace/plan-view.ts';
import { copiedPlan, type Copies } from './copies.ts';
import { LocalFaults } from './local-faults.ts';
import { defaultWorkers } from './placement.ts';
import { namesIn, viewOfPlan, type Plan } from './plan.ts';
import { PlannedFaults, type PlannedFault } from './planned-faults.ts';
import type { Print } from './print.ts';
import { StageHost } from './stage-host.ts';
import { stopsOf } from './stops.ts';
import type { TaskRun } from './task-run.ts';

/** How a run under the virtual scheduler goes. */
export interface VirtualRunOptions {
  /** 0: the canonical schedule, everyone in turn. Any other: one interleaving of those that may happen. */
  readonly seed: number;
  /** Trace entries after which the run is ended, lines of the console not counted. Default 20,000. */
  readonly entryBudget?: number;
  /** Messages after which the run is ended. Default 1,000,000. */
  readonly maxTurns?: number;
  /** Default `full`. */
  readonly trace?: TraceLevel;
  /** How often stages are started, by name. Default: each once. */
  readonly copies?: Copies;
  /** What is done to the run, and when. Default: nothing. */
  readonly faults?: readonly PlannedFault[];
  /** What its stages go through, by virtual time. Default: nothing. */
  readonly weather?: Weather;
  /** Where it stops: after the message in which one of them begins to hold. Default: nowhere. */
  readonly stopWhen?: readonly StopCondition[];
  /** Told where the program's console goes while the run lasts, and `null` after it. */
  readonly onPrint?: (print: Print | null) => void;
  /** Told before every callback: who watches from outside can name one that never returns. */
  readonly onEntering?: (stage: StageId, callback: string) => void;
}

/** What a run under the virtual scheduler recorded. */
export interface VirtualRun {
  readonly plan: PlanView;
  /** In order of `seq`. With lines of the console if somebody took hold of it. */
  readonly entries: readonly TraceEntry[];
  readonly seed: number;
  /**
   * Nothing left to do; every stage exited; entry or turn budget spent (an endless source), or stopped; a stage crashed.
   */
  readonly ended: 'idle' | 'exited' | 'budget' | 'crashed';
  /** The condition that has stopped it; left out where none has. */
  readonly stoppedBy?: StopHit;
}

/** Lines of the console that a run keeps; further ones are counted in one warning. */
const MAX_LINES = 1_000;
const DEFAULT_ENTRY_BUDGET = 20_000;
const DEFAULT_MAX_TURNS = 1_000_000;
/** Promise jobs let through after a callback has returned a promise: enough for any that waits for no timer. */
const JOBS_PER_TURN = 64;
/** Processors of the machine whose run this one stands for: how many tasks a stream of tasks runs at once. */
const MACHINE_PROCESSORS = 4;
/** How long the run waits in real time for a promise that neither virtual time nor a message can settle. */
const REAL_WAIT_MS = 2_000;
const REAL_POLL_MS = 5;

/** Virtual runs of one realm take turns, because `sleep` belongs to one run at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a plan to its end in one place, in virtual time: the same plan and seed always give the same run. Stages whose
 * callbacks return promises are busy until these settle.
 *
 * Rejects with {@link EngineError} where `copies` are refused, as `copy_producer`; with `weather_invalid`,
 * `weather_stage`, `stop_condition`.
 */
export function runVirtual(plan: Plan, options: VirtualRunOptions): Promise<VirtualRun> {
  const run = last.then(() => runNow(plan, options));
  // Whoever comes next waits for this run, however it ends; its failure belongs to its own caller.
  last = run.catch(() => undefined);
  return run;
}

async function runNow(program: Plan, options: VirtualRunOptions): Promise<VirtualRun> {
  const { seed, entryBudget = DEFAULT_ENTRY_BUDGET, maxTurns = DEFAULT_MAX_TURNS, trace = 'full' } = options;
  const { onPrint = () => undefined, onEntering, copies = {} } = options;
  const plan = copiedPlan(program, copies);
  const stages = plan.stages.map(({ id }) => id);
  const weather = readWeather(options.weather ?? [], stages);
  const stopWhen = options.stopWhen && stopsOf(options.stopWhen, plan, trace);
  const stops = new FirstStop();
  const scheduler = new VirtualScheduler();
  const turns: Turns<StageId | TaskRun> = seed === 0 ? new RoundRobin() : new RandomTurns(seededRandom(seed));
  const lines = new Recorder(MAX_LINES + 1);
  const view = viewOfPlan(plan);
  const host = new StageHost({
    worker: 0,
    workers: 1,
    placement: Object.fromEntries(namesIn(view).map((id) => [id, 0])),
    supervisors: plan.supervisors,
    flows: plan.flows,
    scheduler,
    random: randomOfStages(seed),
    weather,
    ...(stopWhen && { stops: { conditions: stopWhen, plan, onHit: stops.onHit } }),
    trace,
    capacity: entryBudget,
    console: lines,
    // There is no other worker, and every stage is placed on this one.
    onRemote: () => undefined,
    concurrency: defaultWorkers(plan.stages.length, MACHINE_PROCESSORS),
    ...(onEntering && { onEntering }),
  });
  const printer = new Printer(host);
  const before = sleepOn(scheduler);
  const tasksBefore = tasksOn(null);
  const streamsBefore = streamsOn(null);
  onPrint(printer.print);
  try {
    const access = new LocalFaults(host, plan, () => undefined);
    const faults = new PlannedFaults(options.faults ?? [], scheduler, access);
    const way = { scheduler, turns, entryBudget, maxTurns, faults, stops };
    const reached = await drive(plan, host, way);
    const ended = reached !== 'budget' && access.isKilled ? 'crashed' : reached;
    host.closeExternals();
    printer.settle();
    const stoppedBy = stops.hit;
    return {
      plan: view,
      entries: withLines(host.recorder, lines),
      seed,
      ended,
      ...(stoppedBy && { stoppedBy }),
    };
  } finally {
    onPrint(null);
    sleepOn(before);
    tasksOn(tasksBefore);
    streamsOn(streamsBefore);
  }
}

/** The first condition that has begun to hold; those after it do not matter. */
class FirstStop {
  hit: StopHit | null = null;

  readonly onHit = (hit: StopHit): void => {
    this.hit ??= hit;
  };
}

/** Lets the lines of the console into the trace, as many as are kept. */
class Printer {
  readonly #host: StageHost;
  #lines = 0;
  /** Who printed the first line too many. */
  #flooding: StageId | null = null;

  constructor(host: StageHost) {
    this.#host = host;
  }

  readonly print: Print = (level, values, place) => {
    this.#lines += 1;
    if (this.#lines <= MAX_LINES) this.#host.log(level, values, place());
    else this.#flooding ??= this.#host.owner?.stage ?? null;
  };

  settle(): void {
    if (this.#flooding === null) return;
    const count = this.#lines - MAX_LINES;
    const message = `The run printed ${this.#lines} lines: the last ${count} of them are not shown`;
    this.#host.warnOfFlood(this.#flooding, { count, message });
  }
}

/** Both recordings as one, in order of `seq`. */
function withLines(recorder: Recorder, lines: Recorder): readonly TraceEntry[] {
  const entries = recorder.take();
  const printed = lines.take();
  // Where the recording was cut off, the console is too.
  const end = recorder.dropped > 0 ? (entries.at(-1)?.seq ?? 0) : Infinity;
  const shown = printed.filter(({ seq, type }) => seq < end || type === 'warning');
  return shown.length === 0 ? entries : [...entries, ...shown].sort((a, b) => a.seq - b.seq);
}

interface Drive {
  readonly scheduler: VirtualScheduler;
  readonly turns: Turns<StageId | TaskRun>;
  readonly entryBudget: number;
  readonly maxTurns: number;
  readonly faults: PlannedFaults;
  readonly stops: FirstStop;
}

async function drive(plan: Plan, host: StageHost, way: Drive): Promise<VirtualRun['ended']> {
  const { scheduler, turns, entryBudget, maxTurns, faults, stops } = way;
  for (const { id, definition, arg } of plan.stages) {
    if (host.start(id, definition, arg) instanceof Promise) await letJobsRun(host);
  }
  for (const supervisor of plan.supervisors) host.supervise(supervisor);
  for (const flow of plan.flows) host.coordinate(flow, plan.subscriptions);
  host.beginWeather();
  for (const subscription of plan.subscriptions) host.subscribe(subscription);
  const isReady = (next: StageId | TaskRun) =>
    typeof next === 'string' ? host.isReady(next) : next.isWaiting;
  let turn = 0;
  for (;;) {
    faults.handled(turn);
    if (stops.hit) return 'budget';
    // In the canonical schedule tasks begin in the order they were started.
    const { next: first } = host.tasks;
    const waiting = turns instanceof RoundRobin && first ? [first] : host.tasks.waiting;
    const next = turns.next(first ? [...host.order, ...waiting] : host.order, isReady);
    if (next !== null) {
      if (turn === maxTurns || host.recorder.recorded >= entryBudget) return 'budget';
      turn++;
      const { answered } = host;
      const done = typeof next === 'string' ? host.step(next) : host.stepTask(next);
      if (done || host.answered > answered || host.externals > 0 || !host.tasks.idle) await letJobsRun(host);
    } else if (isOver(host) && faults.timed === 0) {
      if (!faults.next()) break;
    } else if (scheduler.advance() || (await realProgress(host, scheduler))) {
      await letJobsRun(host);
    } else {
      for (const id of host.busy) warnOfWaiting(host, id, `"${id}"`);
      for (const { id, stage } of host.tasks.running) warnOfWaiting(host, stage, `The task "${id}"`);
      break;
    }
  }
  const stages = host.counters().stages;
  for (const { stage, status, mailbox } of stages) {
    if (status !== 'frozen' || mailbox === 0) continue;
    const message = `"${stage}" is frozen: nobody thaws it, and ${mailbox} messages wait for it`;
    host.record(stage, { type: 'warning', code: 'never_thawed', message, count: mailbox }, null);
  }
  if (stages.some(({ status }) => status === 'crashed')) return 'crashed';
  return stages.every(({ status }) => status === 'exited') ? 'exited' : 'idle';
}

/** Nothing can happen any more by itself. */
function isOver(host: StageHost): boolean {
  return (
    host.busy.length === 0 && host.timers === 0 && host.externals === 0 && host.tasks.idle && !host.awaitsThaw
  );
}

function warnOfWaiting(host: StageHost, stage: StageId, who: string): void {
  const message = `${who} still waits for a promise that nothing in the run settles`;
  host.record(stage, { type: 'warning', code: 'never_settled', message }, null);
}

/** Stages and tasks in the middle of something that has returned a promise, and what may act from outside. */
function unsettled(host: StageHost): number {
  return host.busy.length + host.tasks.runningCount + host.externals;
}

/** Lets promises that wait for nothing but other promises settle. */
async function letJobsRun(host: StageHost): Promise<void> {
  for (let job = 0; job < JOBS_PER_TURN && unsettled(host) > 0; job++) await null;
}

/** Waits in real time until a stage goes on; `false` when none does. */
async function realProgress(host: StageHost, virtual: VirtualScheduler): Promise<boolean> {
  const real = realScheduler();
  const before = unsettled(host);
  while (real.nowMs() < REAL_WAIT_MS) {
    await new Promise<void>((resolve) => {
      real.after(REAL_POLL_MS, resolve);
    });
    if (unsettled(host) < before || host.ready().length > 0 || host.tasks.next) return true;
    // It may have gone on, to wait for virtual time.
    if (virtual.waiting > 0) return true;
  }
  return false;
}
