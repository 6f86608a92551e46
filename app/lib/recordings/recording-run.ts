import type { RecordedEnd, Recording } from 'sluice';
import { RunConsole } from '../sandbox/console-lines.ts';
import { droppedProblem } from '../sandbox/problems.ts';
import { programTextOf, recordedProblems } from '../sandbox/recorded-program.ts';
import { placementIn, recordedCounters } from '../sandbox/recording-view.ts';
import type { Problem, RunStatus, RunView } from '../sandbox/run-view.ts';

/** A recording that was saved, as a page shows a run that is over. */
export function runOfRecording(recording: Recording): RunView {
  const { plan, entries, seed, tail, workers, weather } = recording;
  const program = programTextOf(recording.program);
  const status = tail === null ? 'stopped' : STATUS_AFTER[tail.end.type];
  const placement = { ...placementIn(recording), ...recording.placement };
  const counters = recordedCounters(recording, placement);
  const { lines, dropped } = new RunConsole(program?.places ?? null).tail(entries, tail?.output ?? []);
  return {
    seed,
    ...(weather && { weather }),
    status,
    plan,
    placement,
    workers,
    entries,
    get stages() {
      return counters().stages;
    },
    get subscriptions() {
      return counters().subscriptions;
    },
    dropped: tail?.dropped ?? 0,
    console: lines,
    consoleDropped: dropped,
    problems: [
      ...(tail === null ? [CUT_OFF] : []),
      ...recordedProblems(entries, tail, program),
      ...(tail !== null && tail.dropped > 0 ? [droppedProblem(tail.dropped)] : []),
    ],
    elapsedMs: tail?.elapsedMs ?? entries.reduce((latest, { atMs }) => Math.max(latest, atMs), 0),
  };
}

/** As much of it as has been read; what is told of a whole run waits for its end. */
export function runSoFar({ plan, entries, placement, workers }: Recording): RunView {
  return {
    status: 'stopped',
    plan,
    placement,
    workers,
    entries,
    dropped: 0,
    stages: [],
    subscriptions: [],
    console: [],
    consoleDropped: 0,
    problems: [],
    elapsedMs: entries.at(-1)?.atMs ?? 0,
  };
}

const STATUS_AFTER: Readonly<Record<RecordedEnd['type'], RunStatus>> = {
  idle: 'finished',
  exited: 'finished',
  crashed: 'failed',
  stopped: 'stopped',
  failed: 'failed',
  unfinished: 'stopped',
};

const CUT_OFF: Problem = {
  severity: 'warning',
  phase: 'run',
  message: 'The file was cut off: it holds the run up to its last whole entry',
  hint: 'What happened after that is not known, for instance because the process that recorded it was ended.',
};

/** How a run ended, in a few words; `null`: its file was cut off. */
export function endWords(end: RecordedEnd | null): string {
  switch (end?.type) {
    case undefined:
      return 'not known, the file was cut off';
    case 'idle':
      return 'nothing was left to do';
    case 'exited':
      return 'every stage had ended';
    case 'crashed':
      return 'nothing was left to do, and a stage had crashed';
    case 'stopped':
      return 'stopped';
    case 'unfinished':
      return 'not yet, it was saved while it went on';
    case 'failed':
      return FAILED[end.phase];
  }
}

const FAILED = {
  load: 'the program could not be loaded',
  plan: 'the program had no plan that can run',
  watchdog: 'a callback never returned',
  platform: 'a worker could not go on',
} as const;
