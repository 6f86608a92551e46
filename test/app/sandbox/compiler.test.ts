import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromCompileWorker, ToCompileWorker } from '../../../app/lib/sandbox/compile-messages.ts';
import type { Compiled } from '../../../app/lib/sandbox/compiled.ts';
import { compilerOn, type CompileWorker } from '../../../app/lib/sandbox/compiler.ts';

/** A worker whose answers the test gives. */
class FakeWorker implements CompileWorker {
  readonly received: ToCompileWorker[] = [];
  terminated = false;
  answer: (message: FromCompileWorker) => void = () => {};
  fail: (reason: string) => void = () => {};

  post(message: ToCompileWorker): void {
    this.received.push(message);
  }
  onMessage(listener: (message: FromCompileWorker) => void): void {
    this.answer = listener;
  }
  onFailure(listener: (reason: string) => void): void {
    this.fail = listener;
  }
  terminate(): void {
    this.terminated = true;
  }

  /** Answers the last job with its own source as code. */
  echo(): void {
    const job = this.received.at(-1);
    if (job?.type === 'compile')
      this.answer({ type: 'compiled', id: job.id, compiled: done(job.files['a.ts'] ?? '') });
  }
}

const done = (code: string): Compiled => ({ ok: true, code, map: '', dataSets: [], warnings: [] });

function setUp() {
  const workers: FakeWorker[] = [];
  const compiler = compilerOn(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
  const worker = (index: number) => {
    const found = workers[index];
    if (!found) throw new Error(`No worker ${index} was made`);
    return found;
  };
  return { workers, worker, compiler, compile: (text: string) => compiler.compile({ 'a.ts': text }, 'a.ts') };
}

describe('compilerOn()', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('makes one worker, on first use', async () => {
    const { workers, worker, compile } = setUp();
    expect(workers).toHaveLength(0);
    const first = compile('1');
    worker(0).echo();
    expect(await first).toEqual(done('1'));
    const second = compile('2');
    worker(0).echo();
    expect(await second).toEqual(done('2'));
    expect(workers).toHaveLength(1);
  });

  it('compiles only the latest of the calls that wait', async () => {
    const { worker, compile } = setUp();
    const [first, second, third] = [compile('1'), compile('2'), compile('3')];
    expect(await second).toMatchObject({ ok: false, problems: [{ severity: 'warning' }] });
    worker(0).echo();
    expect(await first).toEqual(done('1'));
    worker(0).echo();
    expect(await third).toEqual(done('3'));
    expect(worker(0).received).toHaveLength(2);
  });

  it('replaces a worker that failed, and says so', async () => {
    const { workers, worker, compile } = setUp();
    const lost = compile('1');
    worker(0).fail('out of memory');
    expect(await lost).toMatchObject({
      ok: false,
      problems: [{ message: 'The compiler stopped: out of memory' }],
    });
    expect(worker(0).terminated).toBe(true);
    const next = compile('2');
    worker(1).echo();
    expect(await next).toEqual(done('2'));
    expect(workers).toHaveLength(2);
  });

  it('replaces a worker that could not start', async () => {
    const { worker, compile } = setUp();
    const lost = compile('1');
    worker(0).answer({ type: 'broken', reason: 'no WebAssembly' });
    expect(await lost).toMatchObject({
      ok: false,
      problems: [{ message: 'The compiler stopped: no WebAssembly' }],
    });
  });

  it('goes on with the call that waited when a worker fails', async () => {
    const { worker, compile } = setUp();
    const lost = compile('1');
    const next = compile('2');
    worker(0).fail('gone');
    expect((await lost).ok).toBe(false);
    worker(1).echo();
    expect(await next).toEqual(done('2'));
  });

  it('gives up a worker that does not answer in time', async () => {
    const { worker, compile } = setUp();
    const lost = compile('1');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await lost).toMatchObject({ ok: false });
    expect(worker(0).terminated).toBe(true);
  });

  it('reports a worker that cannot be made', async () => {
    const compiler = compilerOn(() => {
      throw new Error('workers are refused here');
    });
    expect(await compiler.compile({ 'a.ts': '' }, 'a.ts')).toMatchObject({
      ok: false,
      problems: [{ message: 'The compiler stopped: workers are refused here' }],
    });
  });

  it('warms up once, and not while something compiles', async () => {
    const { worker, compiler, compile } = setUp();
    const warm = compiler.warm();
    expect(worker(0).received).toHaveLength(1);
    worker(0).echo();
    await warm;
    const first = compile('1');
    await compiler.warm();
    expect(worker(0).received).toHaveLength(2);
    worker(0).echo();
    expect(await first).toEqual(done('1'));
  });

  it('settles everything when it is disposed', async () => {
    const { worker, compiler, compile } = setUp();
    const [first, second] = [compile('1'), compile('2')];
    compiler.dispose();
    expect((await first).ok).toBe(false);
    expect((await second).ok).toBe(false);
    expect(worker(0).terminated).toBe(true);
    expect((await compile('3')).ok).toBe(false);
  });
});
