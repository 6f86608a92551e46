import { EngineError, type EntryOf, type RunFailure, type TraceError } from 'sluice';
import { beforeAll, describe, expect, it } from 'vitest';
import { transform } from 'esbuild-wasm';
import { SourcePlaces } from '$lib/sandbox/error-mapping.ts';
import {
  crashProblem,
  FRAME_GONE,
  failureProblem,
  malformedProblem,
  planProblem,
  uncaughtProblem,
  withoutRepeats,
  type ProgramText,
} from '$lib/sandbox/problems.ts';

const START = `const numbers = producer({
  handleDemand: (demand: number) => {
    throw new RangeError('no more');
  },
});
export default pipeline(({ start }) => {
  start('numbers', numbers);
});
`;

let program: ProgramText;
/** A stack that leads to the line that throws. */
let stack: string;

beforeAll(async () => {
  const { code, map } = await transform(START, {
    loader: 'ts',
    sourcefile: 'start.ts',
    sourcemap: 'external',
  });
  program = { sources: { 'start.ts': START }, entry: 'start.ts', places: new SourcePlaces(map) };
  const lines = code.split('\n');
  const line = lines.findIndex((text) => text.includes('new RangeError'));
  const column = (lines[line] ?? '').indexOf('new RangeError');
  stack = `RangeError: no more\n    at handleDemand (blob:null/1:${line + 1}:${column + 1})`;
});

const crash = (error: TraceError): EntryOf<'crash'> => ({
  seq: 5,
  atMs: 1,
  worker: 0,
  stage: 'numbers',
  cause: 4,
  type: 'crash',
  callback: 'handleDemand',
  error,
});

const failed = (failure: Partial<RunFailure> & Pick<RunFailure, 'phase' | 'error'>): RunFailure => ({
  type: 'failed',
  stage: null,
  worker: null,
  ...failure,
});

/** An engine's own error as it crosses from a worker, without a line of the learner's in its stack. */
const crossed = ({ name, message, code }: EngineError): TraceError => ({ name, message, code });

describe('`planProblem()`', () => {
  it('warns at the line that declared the stage', () => {
    const declared = stack.replace('RangeError: no more', 'Error');
    const warning = { code: 'never_subscribed', stage: 'numbers', message: 'Nothing subscribes' } as const;
    const problem = { severity: 'warning', phase: 'plan', stage: 'numbers', message: 'Nothing subscribes' };
    expect(planProblem({ ...warning, declared }, program)).toMatchObject({ ...problem, place: { line: 3 } });
  });
});

describe('`crashProblem()`', () => {
  it('names stage, callback and the line that threw', () => {
    expect(crashProblem(crash({ name: 'RangeError', message: 'no more', stack }), program)).toMatchObject({
      severity: 'error',
      phase: 'run',
      stage: 'numbers',
      message: 'handleDemand of "numbers" threw RangeError: no more',
      place: { file: 'start.ts', line: 3, column: 11 },
    });
  });

  it("says the engine's words, and points at the callback when no line threw", () => {
    const error = new EngineError('bad_step', {
      stage: 'numbers',
      callback: 'handleDemand',
      requirement: 'it must return a step',
      received: '7',
    });
    expect(crashProblem(crash(crossed(error)), program)).toMatchObject({
      message: error.message,
      hint: error.hint,
      code: 'bad_step',
      place: { file: 'start.ts', line: 2, column: 3 },
    });
  });

  it('points at what sends, when something was sent that cannot be', () => {
    const error = crossed(
      new EngineError('not_cloneable', { stage: 'numbers', path: 'events[0]', received: 'function' }),
    );
    expect(crashProblem({ ...crash(error), callback: null }, program)).toMatchObject({
      place: { file: 'start.ts', line: 2, column: 3 },
    });
  });

  it('cuts what is too long to read, and advises on what is thrown and is no error', () => {
    const long = crashProblem(crash({ name: 'Error', message: 'z'.repeat(2_000) }), program);
    expect(long.message.length).toBeLessThan(400);
    const text = crashProblem(crash({ name: 'Thrown', message: '"just words"' }), program);
    expect(text).toMatchObject({
      message: 'handleDemand of "numbers" threw "just words"',
      hint: expect.stringContaining('throw new Error('),
    });
  });

  it('says how to get a name that is not known', () => {
    const error = { name: 'ReferenceError', message: 'sleep is not defined' };
    expect(crashProblem(crash(error), program).hint).toContain("import { sleep } from 'sluice'");
  });

  it('does without the program', () => {
    expect(crashProblem(crash({ name: 'RangeError', message: 'no more', stack }), null)).not.toHaveProperty(
      'place',
    );
  });
});

describe('`failureProblem()`', () => {
  it('shows the line at which the program stopped while it was loaded', () => {
    const error = { name: 'RangeError', message: 'no more', stack };
    expect(failureProblem(failed({ phase: 'load', error }), program)).toMatchObject({
      phase: 'load',
      message: 'The program threw RangeError: no more while it was loaded',
      place: { file: 'start.ts', line: 3 },
    });
  });

  it('points at the default export when it is no pipeline', () => {
    const error = new EngineError('no_pipeline', { received: '7' });
    expect(failureProblem(failed({ phase: 'plan', error: crossed(error) }), program)).toMatchObject({
      phase: 'plan',
      message: error.message,
      hint: error.hint,
      place: { file: 'start.ts', line: 6, column: 1 },
    });
  });

  it('points at the start of a stage that is pinned to a worker that there is not', () => {
    const error = new EngineError('pin_out_of_range', { stage: 'numbers', worker: 9, workers: 4 });
    const failure = failed({ phase: 'plan', stage: 'numbers', error: crossed(error) });
    expect(failureProblem(failure, program)).toMatchObject({
      phase: 'plan',
      message: error.message,
      hint: error.hint,
      place: { file: 'start.ts', line: 7 },
    });
  });

  it('points at the callback that does not return', () => {
    const error = new EngineError('worker_hangs', {
      worker: 1,
      stage: 'numbers',
      callback: 'handleDemand',
      seconds: 2.5,
    });
    const failure = failed({ phase: 'watchdog', error: crossed(error), stage: 'numbers', worker: 1 });
    expect(failureProblem(failure, program)).toMatchObject({
      phase: 'watchdog',
      stage: 'numbers',
      message: error.message,
      place: { file: 'start.ts', line: 2, column: 3 },
    });
  });

  it('says that the program itself does not come to its end', () => {
    const error = { name: 'EngineError', message: 'Cannot go on', code: 'worker_hangs' };
    expect(failureProblem(failed({ phase: 'watchdog', error }), program)).toMatchObject({
      phase: 'watchdog',
      message: 'The program did not come to its end while it was loaded, so the run was ended',
    });
  });

  it('tells a dead sandbox from one that cannot be used', () => {
    const gone = { name: 'SandboxError', message: 'The sandbox died', code: FRAME_GONE };
    const none = { name: 'Error', message: 'This browser made no worker in the sandbox' };
    expect(failureProblem(failed({ phase: 'platform', error: gone }), program).message).toContain('died');
    expect(failureProblem(failed({ phase: 'platform', error: none }), program).message).toBe(none.message);
  });
});

describe('`uncaughtProblem()`', () => {
  it('says that no callback threw', () => {
    expect(uncaughtProblem({ name: 'Thrown', message: 'later' }, program)).toMatchObject({
      phase: 'run',
      message: 'Outside every callback, the program threw later',
    });
  });
});

describe('`withoutRepeats()`', () => {
  it('keeps the first of equal problems', () => {
    const [one, two] = [malformedProblem(1), malformedProblem(2)];
    expect(withoutRepeats([one, two, malformedProblem(1)])).toEqual([one, two]);
  });
});
