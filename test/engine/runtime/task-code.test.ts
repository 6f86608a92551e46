import { describe, expect, it } from 'vitest';
import { task } from 'sluice';
import { TaskFunctions } from '../../../engine/runtime/task-code.ts';
import { TaskRun } from '../../../engine/runtime/task-run.ts';
import { codeOf, countDeclared } from '../../../engine/task/declare.ts';

const run = new TaskRun({ id: 'stage#1', stage: 'stage', origin: 0, cause: null }, () => undefined);
const half = task((n: number) => n / 2);

describe('TaskFunctions', () => {
  it('calls a declared function by its number', () => {
    const code = codeOf(half, 'start a task');
    expect(code.type).toBe('declared');
    expect(new TaskFunctions(0, () => null).call(run, code, [8])).toBe(4);
  });

  it('takes a function declared after the program was loaded for one of this worker alone', () => {
    const functions = new TaskFunctions(0, () => null);
    const early = codeOf(half, 'start a task');
    const late = codeOf(
      task((n: number) => n + 1),
      'start a task',
    );
    expect(functions.portable(early)).toBe(early);
    const found = functions.portable(late);
    expect(found.type).toBe('closure');
    expect(functions.call(run, found, [1])).toBe(2);
  });

  it('says which worker lacks what a task runs', () => {
    const functions = new TaskFunctions(1, () => null);
    const missing = { type: 'declared', index: countDeclared() } as const;
    expect(() => functions.call(run, missing, [])).toThrow(/worker 2, it declares fewer tasks than worker 1/);
    const child = { type: 'child', stage: 'pool' } as const;
    expect(() => functions.call(run, child, [])).toThrow(/worker 2, it has no consumerSupervisor "pool"/);
  });
});
