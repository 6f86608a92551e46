import type { FromWorker, TraceError } from 'sluice';
import { describe, expect, it } from 'vitest';
import { SandboxPlatform } from '$lib/sandbox/platform.ts';
import { FRAME_GONE } from '$lib/sandbox/problems.ts';
import { FakeSandbox } from './fake-sandbox.ts';

const program = { script: 'worker()', program: 'export default 1;', data: { flights: '[]' } };

/** A platform whose workers were made, and all that their links heard. */
async function spawned(count: number) {
  const sandbox = new FakeSandbox();
  const emptied: true[] = [];
  const platform = new SandboxPlatform(sandbox, program, () => {
    emptied.push(true);
    sandbox.remove();
  });
  const links = await platform.spawn(count);
  const heard: FromWorker[][] = links.map(() => []);
  const failures: TraceError[][] = links.map(() => []);
  links.forEach((link, i) => {
    link.onMessage((message) => heard[i]?.push(message));
    link.onFailure((error) => failures[i]?.push(error));
  });
  return { sandbox, platform, links, heard, failures, emptied };
}

/** Until messages that were posted have arrived. */
const arrived = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('`SandboxPlatform`', () => {
  it('hands the program and one port per worker to the sandbox', async () => {
    const { sandbox, links } = await spawned(3);
    expect(sandbox.request).toMatchObject(program);
    expect(sandbox.request?.controls).toHaveLength(3);
    const received = new Promise((resolve) => {
      sandbox.request?.controls[2]?.addEventListener('message', ({ data }) => resolve(data));
      sandbox.request?.controls[2]?.start();
    });
    links[2]?.post({ type: 'wire' });
    expect(await received).toEqual({ type: 'wire' });
    sandbox.remove();
  });

  it('passes on what a worker says, and counts what nobody can read', async () => {
    const { sandbox, platform, heard } = await spawned(2);
    sandbox.say(1, { type: 'started', worker: 1 });
    sandbox.say(1, { type: 'started' });
    sandbox.say(0, 'hello');
    sandbox.listener?.onMalformed();
    await arrived();
    expect(heard).toEqual([[], [{ type: 'started', worker: 1 }]]);
    expect(platform.malformed).toBe(3);
    sandbox.remove();
  });

  it('ends one worker alone, and the sandbox with the last one', async () => {
    const { sandbox, links, emptied } = await spawned(2);
    links[1]?.terminate();
    links[1]?.terminate();
    expect([sandbox.terminated, emptied]).toEqual([[1], []]);
    links[0]?.terminate();
    expect([sandbox.terminated, emptied]).toEqual([[1], [true]]);
  });

  it('hears nothing of a worker that was ended', async () => {
    const { sandbox, links, heard, failures } = await spawned(2);
    links[0]?.terminate();
    sandbox.say(0, { type: 'started', worker: 0 });
    sandbox.listener?.onDeath();
    await arrived();
    expect(heard[0]).toEqual([]);
    expect(failures.map(({ length }) => length)).toEqual([0, 1]);
    sandbox.remove();
  });

  it('fails every worker when the frame dies', async () => {
    const { sandbox, failures } = await spawned(2);
    sandbox.listener?.onDeath();
    expect(failures.map(([error]) => error?.code)).toEqual([FRAME_GONE, FRAME_GONE]);
    sandbox.remove();
  });

  it('fails a worker that could not be made, and reports an error that nobody caught', async () => {
    const { sandbox, heard, failures } = await spawned(2);
    sandbox.listener?.onWorkerFailure({ type: 'workerFailed', worker: 0, message: 'none made', fatal: true });
    sandbox.listener?.onWorkerFailure({ type: 'workerFailed', worker: 1, message: 'oops', fatal: false });
    expect(failures).toMatchObject([[{ message: 'none made' }], []]);
    expect(heard[1]).toMatchObject([{ type: 'uncaught', worker: 1, error: { message: 'oops' } }]);
    sandbox.remove();
  });
});
