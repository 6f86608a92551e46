import { describe, expect, it } from 'vitest';
import { hiddenRuns } from '$lib/sandbox/hidden-runs.ts';
import { FakeSandbox } from './fake-sandbox.ts';

const program = { script: 'worker()', program: 'export default 1;', data: {} };
const requests = [{ seed: 11, entryBudget: 100 }];
const run = { plan: { stages: [], subscriptions: [] }, entries: [], seed: 11, ended: 'idle' };

function started(limitMs = 5_000) {
  const sandbox = new FakeSandbox();
  const outcome = hiddenRuns(sandbox, program, { requests, limitMs }).finally(() => sandbox.remove());
  return { sandbox, outcome };
}

describe('`hiddenRuns()`', () => {
  it('asks one worker for the runs, and takes them', async () => {
    const { sandbox, outcome } = started();
    expect(sandbox.request).toMatchObject({ ...program, virtual: requests });
    expect(sandbox.request?.controls).toHaveLength(1);
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

  it('gives up a program that does not end', async () => {
    expect(await started(10).outcome).toEqual({ type: 'hangs', waitedMs: 10 });
  });

  it('tells a dead sandbox from a program that does not end', async () => {
    const silent = started(10);
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
