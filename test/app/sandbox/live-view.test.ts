import type { PlanView, RunUpdate, StageKind, TraceEntry } from 'sluice';
import { describe, expect, it } from 'vitest';
import { SourcePlaces } from '$lib/sandbox/error-mapping.ts';
import { LiveView } from '$lib/sandbox/live-view.ts';
import type { Problem } from '$lib/sandbox/run-view.ts';

const NO_MAP = JSON.stringify({ version: 3, sources: [], names: [], mappings: '' });
const program = { sources: {}, entry: 'start.ts', places: new SourcePlaces(NO_MAP) };
const quiet = { warnings: [], malformed: 0, isSilent: false };

const going: RunUpdate = {
  status: 'running',
  plan: null,
  warnings: [],
  placement: { numbers: 0 },
  workers: 1,
  transport: 'port',
  entries: [],
  dropped: 0,
  stages: [],
  subscriptions: [],
  flows: [],
  output: [],
  outputDropped: 0,
  uncaught: [],
  elapsedMs: 12,
  weather: [],
  stoppedBy: null,
  end: null,
};

const crash = (seq: number): TraceEntry => ({
  seq,
  atMs: seq,
  worker: 0,
  stage: 'numbers',
  cause: null,
  type: 'crash',
  callback: 'handleDemand',
  error: { name: 'Error', message: `crash ${seq}` },
});

const failed = (phase: 'load' | 'watchdog'): RunUpdate => ({
  ...going,
  status: 'ended',
  end: {
    type: 'failed',
    phase,
    error: { name: 'Error', message: 'oops' },
    stage: 'numbers',
    worker: 0,
  },
});

const messages = (problems: readonly Problem[]): string[] => problems.map(({ message }) => message);

const restart = (seq: number, child = 'numbers'): TraceEntry => ({
  seq,
  atMs: seq,
  worker: 0,
  stage: 'keeper',
  cause: null,
  type: 'restart',
  child,
  life: 2,
  restarts: 1,
  reason: 'crash',
});

const start = (seq: number): TraceEntry => ({
  seq,
  atMs: seq,
  worker: 0,
  stage: 'numbers',
  cause: null,
  type: 'start',
  kind: 'producer',
  state: null,
  life: 2,
});

describe('`LiveView`', () => {
  it('takes a warning of the plan back once the run has put it right', () => {
    const warning = { code: 'never_subscribed', stage: 'numbers', message: 'alone', declared: '' } as const;
    const view = new LiveView(program);
    const planOf = (kind: StageKind): PlanView => ({
      stages: [{ id: 'numbers', kind, dispatcher: 'demand', bufferSize: null }],
      subscriptions: [],
    });
    const warnedOf = (kind: StageKind, entries: readonly TraceEntry[]) =>
      messages(view.view({ ...going, plan: planOf(kind), warnings: [warning], entries }, quiet).problems);
    const subscribe: TraceEntry = {
      seq: 1,
      atMs: 1,
      worker: 0,
      stage: 'printer',
      cause: null,
      type: 'subscribe',
      subscription: 'printer←numbers',
      producer: 'numbers',
      mode: 'automatic',
      maxDemand: 1,
      minDemand: 0,
      cancel: 'permanent',
    };
    expect(warnedOf('producer', [])).toEqual(['alone']);
    expect(warnedOf('producer', [subscribe])).toEqual([]);
    expect(warnedOf('producerConsumer', [subscribe])).toEqual(['alone']);
    const feeds = { ...subscribe, stage: 'numbers', producer: 'source' };
    expect(warnedOf('producerConsumer', [subscribe, feeds])).toEqual([]);
  });

  it('makes a crash a warning once a supervisor has started the stage again', () => {
    const view = new LiveView(program);
    const problemsOf = (entries: readonly TraceEntry[]) =>
      view.view({ ...going, entries }, quiet).problems.map(({ severity, hint }) => [severity, hint]);
    expect(problemsOf([crash(1)])[0]?.[0]).toBe('error');
    expect(problemsOf([crash(1), restart(2, 'inner')])[0]?.[0]).toBe('error');
    expect(problemsOf([crash(1), restart(2), start(3)])).toEqual([
      ['warning', '"keeper" started it again, with a new state. What it had in hand was lost.'],
    ]);
    expect(problemsOf([crash(1), restart(2), start(3), crash(4)]).map(([severity]) => severity)).toEqual([
      'warning',
      'error',
    ]);
  });

  it.each([
    ['starting', null, 'starting'],
    ['running', null, 'running'],
    ['paused', null, 'paused'],
    ['spent', null, 'spent'],
    ['ended', 'idle', 'finished'],
    ['ended', 'exited', 'finished'],
    ['ended', 'crashed', 'failed'],
    ['ended', 'stopped', 'stopped'],
  ] as const)('shows a run that is %s (%s) as %s', (status, end, shown) => {
    const update = { ...going, status, end: end && { type: end } };
    expect(new LiveView(program).view(update, quiet)).toMatchObject({
      status: shown,
      placement: { numbers: 0 },
      elapsedMs: 12,
      problems: [],
    });
  });

  it('puts the failure first, then crashes, then what was lost', () => {
    const { problems, status } = new LiveView(program).view(
      {
        ...failed('load'),
        entries: [crash(1), crash(2)],
        uncaught: [{ name: 'Error', message: 'later' }],
        warnings: [
          { code: 'never_subscribed', stage: 'evens', message: 'Nobody subscribes to "evens"', declared: '' },
        ],
        dropped: 1_200,
      },
      { warnings: [], malformed: 3, isSilent: false },
    );
    expect(status).toBe('failed');
    expect(messages(problems)).toEqual([
      'The program threw Error: oops while it was loaded',
      'handleDemand of "numbers" threw Error: crash 1',
      'handleDemand of "numbers" threw Error: crash 2',
      'Outside every callback, the program threw Error: later',
      'Nobody subscribes to "evens"',
      'This run did more than can be shown: 1,200 entries of its recording were not kept',
      '3 messages from the sandbox could not be read and were left out',
    ]);
  });

  it('blames no stage when the whole sandbox is silent', () => {
    const { problems } = new LiveView(program).view(failed('watchdog'), { ...quiet, isSilent: true });
    expect(messages(problems)).toEqual([
      'The sandbox in which your program ran died without a word, so a new one was made',
    ]);
  });

  it('tells of a producer that was asked and emitted nothing, once the run is over', () => {
    const entries: TraceEntry[] = [
      {
        seq: 1,
        atMs: 1,
        worker: 0,
        stage: 'numbers',
        cause: null,
        type: 'begin',
        callback: 'handleDemand',
        demand: 10,
      },
    ];
    const stage = { stage: 'numbers', worker: 0, mailbox: 0, handled: 0, buffered: 0, discarded: 0, lost: 0 };
    const counters = { ...stage, emitted: 0, busyMs: 1, calls: 1, status: 'waiting' } as const;
    const link = { subscription: 'printer←numbers', consumer: 'printer', producer: 'numbers' };
    const silent: RunUpdate = {
      ...going,
      status: 'ended',
      plan: { stages: [], subscriptions: [] },
      entries,
      stages: [counters],
      subscriptions: [{ ...link, asked: 10, dispatched: 0, pending: 10, lost: 0 }],
      end: { type: 'idle' },
    };
    const told = (update: RunUpdate) => messages(new LiveView(program).view(update, quiet).problems);
    expect(told(silent)).toEqual(['"numbers" was asked for 10 events, and emitted none']);
    expect(told({ ...silent, end: null, status: 'running' })).toEqual([]);
    expect(told({ ...silent, stages: [{ ...counters, emitted: 1 }] })).toEqual([]);
    expect(told({ ...silent, stages: [{ ...counters, status: 'exited' }] })).toEqual([]);
    expect(told({ ...silent, entries: [] })).toEqual([]);
  });

  it('keeps console and problems while the trace stays', () => {
    const live = new LiveView(program);
    const update = { ...going, entries: [crash(1)] };
    const first = live.view(update, quiet);
    const second = live.view({ ...update, elapsedMs: 20 }, quiet);
    expect(second.console).toBe(first.console);
    expect(live.view({ ...going, entries: [crash(1), crash(2)] }, quiet).console).toHaveLength(2);
  });
});
