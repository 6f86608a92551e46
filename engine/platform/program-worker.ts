import { forgetIdentities } from '../flow/by-value.ts';
import { setDefaultStages } from '../flow/default-stages.ts';
import type { StageId, WorkerId } from '../ids.ts';
import { planOf } from '../runtime/pipeline.ts';
import { viewOfPlan, type Plan } from '../runtime/plan.ts';
import { codeOfPlan } from '../runtime/plan-code.ts';
import type { Print } from '../runtime/print.ts';
import { WorkerRun } from '../runtime/worker-run.ts';
import { putArraysBack } from '../stage/array-integrity.ts';
import { enter } from '../stage/self.ts';
import { streamsOn } from '../sink/stream-scope.ts';
import { countDeclared, forgetDeclared } from '../task/declare.ts';
import { tasksOn } from '../task/task-scope.ts';
import { seededRandom } from '../time/random.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { sleepOn } from '../time/sleep.ts';
import type { LogLevel } from '../trace/trace-entry.ts';
import { traceError, traceValue } from '../trace/trace-value.ts';
import type { Bell } from '../transport/bell.ts';
import { PROTOCOL_VERSION, type FromWorker, type ToWorker } from '../transport/protocol.ts';
import { parseToWorker } from '../transport/parse-to-worker.ts';
import type { Port } from '../transport/message-port.ts';
import type { Transport } from '../transport/transport.ts';
import * as learnerApi from './learner-api.ts';
import type { Leftovers } from './leftovers.ts';
import { ownTimers, type ProgramTimers } from './program-timers.ts';

/** Errors outside all callbacks that are reported; a timer that throws again and again must not flood the page. */
const MAX_UNCAUGHT = 20;

/** What a worker of any platform brings. */
export interface WorkerEnvironment {
  readonly worker: WorkerId;
  readonly control: Port;
  /** Of the machine: the same on all workers of a run. */
  readonly processors: number;
  readonly scheduler: Scheduler;
  readonly leftovers: Leftovers;
  readonly defer: (task: () => void) => void;
  /** What wakes this worker, where lines are of shared memory. */
  readonly bell?: Bell;
  /** Evaluates the program's module. */
  readonly load: () => Promise<unknown>;
  /** Whether a script that a stack names is the program. */
  readonly isProgram: (script: string) => boolean;
  /** Makes ready what the program has declared, before anything of it runs. */
  readonly prepare?: () => Promise<unknown>;
  /** Notes every callback before it runs, where others can read it. Left out: messages tell of it. */
  readonly onEntering?: (stage: StageId, callback: string) => void;
  /** Gets what the program prints as it is, beside what is recorded of it. */
  readonly onLine?: (level: LogLevel, values: readonly unknown[]) => void;
}

/** What the platform's hooks tell the worker. */
export interface ProgramWorker {
  /** Lays the line to another worker of the run; `replaced`: which worker of its number that is, from 0. */
  readonly connect: (worker: WorkerId, transport: Transport, replaced: number) => void;
  readonly print: Print;
  readonly uncaught: (error: unknown) => void;
  /**
   * The run is over: says nothing any more, and lets go of the program.
   *
   * @returns What the program has left in the worker, in words; `null`: another one may come (RUN-14).
   */
  readonly leave: () => Promise<string | null>;
}

/** Makes a program part of a run: answers from the first moment, loads it, says `ready` or why not. */
export function runProgram(environment: WorkerEnvironment): ProgramWorker {
  const { control, worker, processors, leftovers } = environment;
  const scheduler = leftovers.counting(environment.scheduler);
  setDefaultStages(processors);
  sleepOn(scheduler);
  leftovers.begin();
  const post = (message: FromWorker) => control.post(message);
  let run: WorkerRun | null = null;
  /** Laid while the program was loaded. */
  const lines = new Map<WorkerId, { readonly transport: Transport; readonly replaced: number }>();
  let uncaughtErrors = 0;
  const early: (() => void)[] = [];
  let missed = 0;
  control.listen((message) => {
    let said: ToWorker;
    try {
      said = parseToWorker(message);
    } catch (error) {
      post({ type: 'failed', worker, phase: 'load', error: traceError(error) });
      return;
    }
    if (run) run.handle(said);
    else if (said.type === 'ping')
      post({ type: 'pong', worker, id: said.id, sent: 0, received: 0, idle: false });
  });
  post({ type: 'booted', worker });
  void load();

  async function load(): Promise<void> {
    let program: unknown;
    try {
      program = await environment.load();
    } catch (error) {
      post({ type: 'failed', worker, phase: 'load', error: traceError(error) });
      return;
    }
    try {
      const plan = planOf(program);
      await environment.prepare?.();
      run = new WorkerRun({ ...environment, scheduler, plan, post, onRandom: drawRandom });
      for (const [other, { transport, replaced }] of lines) run.connect(other, transport, replaced);
      lines.clear();
      for (const print of early) print();
      run.skipLines(missed);
      early.length = 0;
      post({
        type: 'ready',
        version: PROTOCOL_VERSION,
        worker,
        hasTasks: hasTasks(plan),
        plan: { ...viewOfPlan(plan), code: codeOfPlan(plan, environment.isProgram) },
        warnings: plan.warnings,
      });
    } catch (error) {
      post({ type: 'failed', worker, phase: 'plan', error: traceError(error) });
    }
  }

  return {
    connect: (other, transport, replaced) => {
      if (run) run.connect(other, transport, replaced);
      else lines.set(other, { transport, replaced });
    },
    print: (level, values, place) => {
      // Every worker loads the program: what it prints meanwhile is told once.
      if (run === null && worker !== 0) return;
      environment.onLine?.(level, values);
      if (run) return run.print(level, values, place);
      if (early.length >= MAX_EARLY_LINES) {
        missed += 1;
        return;
      }
      const [kept, at] = [values.map(traceValue), place()];
      early.push(() => run?.print(level, kept, () => at));
    },
    uncaught: (error) => {
      uncaughtErrors += 1;
      if (uncaughtErrors <= MAX_UNCAUGHT) post({ type: 'uncaught', worker, error: traceError(error) });
    },
    leave: async () => {
      control.close();
      // What the program has begun and nothing holds back comes to its end first.
      for (let turn = 0; turn < LAST_TURNS; turn += 1) {
        await new Promise<void>((resolve) => environment.scheduler.after(0, resolve));
      }
      if (!run?.isOver) leftovers.leave('its run goes on');
      forgetProgram();
      return leftovers.find();
    },
  };
}

/** Turns of the event loop that a program gets once its run is over, before anybody looks what it has left. */
const LAST_TURNS = 2;

/** What the engine itself has kept of the program. */
function forgetProgram(): void {
  forgetDeclared();
  forgetIdentities();
  tasksOn(null);
  streamsOn(null);
  enter(null);
  putArraysBack();
  // `RegExp.lastMatch` and the like.
  /(?:)/.exec('');
}

/** Whether anything of the program may run on a worker that has no stage. */
function hasTasks({ stages }: Plan): boolean {
  return countDeclared() > 0 || stages.some(({ definition }) => definition.children !== undefined);
}

/** Lines printed while the program is loaded that are kept. */
const MAX_EARLY_LINES = 200;

/**
 * Gives programs what they import, timers, and random numbers that are the same in every run with the same seed. Once per
 * worker, before the realm is locked down. Whoever needs timers that are nobody's takes hold of them before.
 */
export function provideProgramGlobals(): ProgramTimers {
  const learnt = Object.freeze({ ...learnerApi });
  offer('sluice', () => learnt);
  offer('sluice/data', () => data);
  Math.random = () => drawn();
  return ownTimers();
}

/** The data sets of the program that is loaded. */
let data: object = Object.freeze({});

/**
 * Gives the next program its data, and its random numbers.
 *
 * @param rows - Data set → its rows as JSON.
 */
export function provideProgramData(rows: Readonly<Record<string, string>>): void {
  data = dataSets(rows);
  // Equal on all workers until the run has a seed: a plan that depends on chance still comes out the same.
  seedRandom(0);
}

/** What `Math.random` gives: the function itself stays the same, as the program is not to change it. */
let drawn: () => number = () => 0;

/** From now on `Math.random` gives the numbers of this seed. */
export function seedRandom(seed: number): void {
  drawRandom(seededRandom(seed));
}

/** From now on `Math.random` gives these numbers. */
function drawRandom(random: () => number): void {
  drawn = random;
}

/** Where compiled programs look for what they import. */
function offer(specifier: 'sluice' | 'sluice/data', get: () => object): void {
  Object.defineProperty(globalThis, Symbol.for(specifier), { get, configurable: false });
}

/** Data sets by name, read on first use and once. */
function dataSets(data: Readonly<Record<string, string>>): object {
  const sets = {};
  for (const [name, json] of Object.entries(data)) {
    let read: { readonly value: unknown } | null = null;
    Object.defineProperty(sets, name, {
      enumerable: true,
      get: () => (read ??= { value: JSON.parse(json) }).value,
    });
  }
  return Object.freeze(sets);
}
