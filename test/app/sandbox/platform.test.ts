import type { FromWorker, TraceError, WorkerLink } from 'sluice';
import { describe, expect, it } from 'vitest';
import { SandboxPlatform, type Parting } from '$lib/sandbox/platform.ts';
import { FRAME_GONE } from '$lib/sandbox/problems.ts';
import { FakeSandbox } from './fake-sandbox.ts';

const program = { script: 'worker()', program: 'export default 1;', data: { flights: '[]' } };

/** A platform whose workers were started, and all that their links heard. */
async function started(count: number) {
  const sandbox = new FakeSandbox();
  const partings: Parting[] = [];
  const platform = new SandboxPlatform(sandbox, program, (how) => partings.push(how));
  const crew = await platform.spawn(count);
  const heard: FromWorker[][] = [];
  const failures: TraceError[][] = [];
  const listenTo = (link: WorkerLink, worker: number) => {
    const [messages, errors]: [FromWorker[], TraceError[]] = [[], []];
    heard[worker] = messages;
    failures[worker] = errors;
    link.onMessage((message) => messages.push(message));
    link.onFailure((error) => errors.push(error));
    return link;
  };
  const links = Array.from({ length: count }, (_, worker) => listenTo(crew.start(worker), worker));
  return { sandbox, platform, crew, links, listenTo, heard, failures, partings };
}

/** Until messages that were posted have arrived. */
const arrived = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('`SandboxPlatform`', () => {
  it('hands the program to the sandbox, and a port to each worker that is started', async () => {
    const { sandbox, links } = await started(3);
    expect(sandbox.request).toEqual({ ...program, count: 3 });
    expect(sandbox.controls).toHaveLength(3);
    const received = new Promise((resolve) => {
      sandbox.controls[2]?.addEventListener('message', ({ data }) => resolve(data));
      sandbox.controls[2]?.start();
    });
    links[2]?.post({ type: 'wire' });
    expect(await received).toEqual({ type: 'wire' });
    sandbox.remove();
  });

  it('passes on what a worker says, and counts what nobody can read', async () => {
    const { sandbox, platform, heard } = await started(2);
    sandbox.say(1, { type: 'started', worker: 1 });
    sandbox.say(1, { type: 'started' });
    sandbox.say(0, 'hello');
    sandbox.listener?.onMalformed();
    await arrived();
    expect(heard).toEqual([[], [{ type: 'started', worker: 1 }]]);
    expect(platform.malformed).toBe(3);
    sandbox.remove();
  });

  it('ends one worker alone, and lets go of all with the crew', async () => {
    const { sandbox, crew, links, partings } = await started(2);
    links[1]?.terminate();
    links[1]?.terminate();
    expect([sandbox.terminated, partings]).toEqual([[1], []]);
    crew.end();
    expect([sandbox.terminated, partings]).toEqual([[1], ['over']]);
  });

  it('lets workers serve another run only if all they have said could be read', async () => {
    const { crew, partings } = await started(1);
    crew.release();
    expect(partings).toEqual(['ended']);
    const odd = await started(1);
    odd.sandbox.listener?.onMalformed();
    odd.crew.release();
    expect(odd.partings).toEqual(['over']);
  });

  it('puts a new worker in the place of one that is gone', async () => {
    const { sandbox, crew, links, heard, listenTo } = await started(2);
    sandbox.listener?.onWorkerFailure({ type: 'workerFailed', worker: 1, message: 'gone', fatal: true });
    const replacement = listenTo(crew.replace(1), 1);
    expect([sandbox.replaced, replacement === links[1]]).toEqual([[1], false]);
    sandbox.say(1, { type: 'booted', worker: 1 });
    await arrived();
    expect(heard[1]).toEqual([{ type: 'booted', worker: 1 }]);
    sandbox.remove();
  });

  it('hears nothing of a worker that was ended', async () => {
    const { sandbox, links, heard, failures } = await started(2);
    links[0]?.terminate();
    sandbox.say(0, { type: 'started', worker: 0 });
    sandbox.listener?.onDeath();
    await arrived();
    expect(heard[0]).toEqual([]);
    expect(failures.map(({ length }) => length)).toEqual([0, 1]);
    sandbox.remove();
  });

  it('tells of a worker that could not be made before it was started', async () => {
    const sandbox = new FakeSandbox();
    const crew = await new SandboxPlatform(sandbox, program, () => undefined).spawn(1);
    sandbox.listener?.onWorkerFailure({ type: 'workerFailed', worker: 0, message: 'none made', fatal: true });
    const errors: TraceError[] = [];
    crew.start(0).onFailure((error) => errors.push(error));
    expect(errors).toMatchObject([{ message: 'none made' }]);
  });

  it('fails every worker when the frame dies', async () => {
    const { sandbox, failures } = await started(2);
    sandbox.listener?.onDeath();
    expect(failures.map(([error]) => error?.code)).toEqual([FRAME_GONE, FRAME_GONE]);
    sandbox.remove();
  });

  it('fails a worker that could not be made, and reports an error that nobody caught', async () => {
    const { sandbox, heard, failures } = await started(2);
    sandbox.listener?.onWorkerFailure({ type: 'workerFailed', worker: 0, message: 'none made', fatal: true });
    sandbox.listener?.onWorkerFailure({ type: 'workerFailed', worker: 1, message: 'oops', fatal: false });
    expect(failures).toMatchObject([[{ message: 'none made' }], []]);
    expect(heard[1]).toMatchObject([{ type: 'uncaught', worker: 1, error: { message: 'oops' } }]);
    sandbox.remove();
  });
});
