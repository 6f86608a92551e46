import { describe, expect, it } from 'vitest';
import { hiddenRuns } from '$lib/sandbox/hidden-runs.ts';
import { FakeSandbox } from './fake-sandbox.ts';

const program = { script: 'worker()', program: 'export default 1;', data: {} };
const requests = [{ seed: 11, entryBudget: 100 }];
const run = { plan: { stages: [], subscriptions: [] }, entries: [], seed: 11, ended: 'idle' };

function started({ silenceMs = 3_000, limitMs = 5_000 } = {}) {
  const sandbox = new FakeSandbox();
  const limits = { requests, silenceMs, limitMs };
  const outcome = hiddenRuns(sandbox, program, limits).finally(() => sandbox.remove());
  return { sandbox, outcome };
}

describe('`hiddenRuns()`', () => {
  it('asks one worker for the runs, and takes them', async () => {
    const { sandbox, outcome } = started();
    expect(sandbox.request).toMatchObject({ ...program, virtual: requests });
    expect(sandbox.request?.count).toBe(1);
    expect(sandbox.controls).toHaveLength(1);
    const warnings = [
      { code: 'never_subscribed', stage: 'evens', message: 'Nothing subscribes to "evens"', declared: '' },
    ];
    sandbox.say(0, { type: 'virtual', runs: [run], warnings });
    expect(await outcome).toEqual({ type: 'runs', runs: [run], warnings });
  });

  it('takes the reason why a program cannot be loaded', async () => {
    const { sandbox, outcome } = started();
    const error = { name: 'EngineError', message: 'Cannot run the program', code: 'no_pipeline' };
    sandbox.say(0, { type: 'failed', error });
    expect(await outcome).toEqual({ type: 'failed', error });
  });

  it('names the callback that a worker never comes back from', async () => {
    const { sandbox, outcome } = started({ silenceMs: 150 });
    sandbox.say(0, { type: 'entering', stage: null, callback: null });
    sandbox.say(0, { type: 'entering', stage: 'numbers', callback: 'handleDemand' });
    sandbox.say(0, { type: 'entering', stage: 'printer', callback: 'handleEvents' });
    expect(await outcome).toMatchObject({
      type: 'hangs',
      failure: { phase: 'watchdog', stage: 'printer', error: { code: 'worker_hangs' } },
    });
  });

  it('says so when loading the program does not end', async () => {
    const { sandbox, outcome } = started({ silenceMs: 150 });
    sandbox.say(0, { type: 'entering', stage: null, callback: null });
    expect(await outcome).toMatchObject({
      type: 'hangs',
      failure: { phase: 'watchdog', stage: null, error: { code: 'load_hangs' } },
    });
  });

  it('gives up a program that goes on and on', async () => {
    const { sandbox, outcome } = started({ silenceMs: 400, limitMs: 600 });
    const calls = setInterval(
      () => sandbox.say(0, { type: 'entering', stage: 'numbers', callback: 'handleDemand' }),
      20,
    );
    expect(await outcome).toEqual({ type: 'endless', waitedMs: 600 });
    clearInterval(calls);
  });

  it('tells a dead sandbox from a program that does not end', async () => {
    const silent = started({ silenceMs: 150 });
    silent.sandbox.say(0, { type: 'entering', stage: null, callback: null });
    silent.sandbox.isSilent = true;
    expect(await silent.outcome).toEqual({ type: 'gone' });
    const dead = started();
    dead.sandbox.listener?.onDeath();
    expect(await dead.outcome).toEqual({ type: 'gone' });
  });

  it('does not believe what it cannot read', async () => {
    const { sandbox, outcome } = started();
    sandbox.say(0, { type: 'virtual', runs: [{ ...run, ended: 'passed' }], warnings: [] });
    expect(await outcome).toMatchObject({ type: 'broken' });
  });

  it('says so when there is no worker', async () => {
    const { sandbox, outcome } = started();
    sandbox.listener?.onWorkerFailure({ type: 'workerFailed', worker: 0, message: 'no worker', fatal: true });
    expect(await outcome).toEqual({ type: 'broken', says: 'no worker' });
  });
});
