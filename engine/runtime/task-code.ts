import { EngineError } from '../errors.ts';
import type { StageId, WorkerId } from '../ids.ts';
import type { StageDefinition } from '../stage/definition.ts';
import { countDeclared, declaredAt } from '../task/declare.ts';
import type { TaskCode } from '../task/task-scope.ts';
import type { TaskRun } from './task-run.ts';

/** Finds, on one worker, what tasks run (TSK-1). */
export class TaskFunctions {
  readonly #worker: WorkerId;
  readonly #definitionOf: (stage: StageId) => StageDefinition | null;
  /** Functions declared while the program was loaded; later ones have no number that others know. */
  readonly #declared = countDeclared();

  constructor(worker: WorkerId, definitionOf: (stage: StageId) => StageDefinition | null) {
    this.#worker = worker;
    this.#definitionOf = definitionOf;
  }

  /** The same code, as a function of this worker's where no other could find it. */
  portable(code: TaskCode): TaskCode {
    if (code.type !== 'declared' || code.index < this.#declared) return code;
    const run = declaredAt(code.index);
    return run ? { type: 'closure', run } : code;
  }

  /**
   * Calls the function of a task.
   *
   * @throws {EngineError} `plan_differs` when this worker knows no such function, else what the function throws.
   */
  call(run: TaskRun, code: TaskCode, args: readonly unknown[]): unknown {
    switch (code.type) {
      case 'closure':
        return code.run(...args);
      case 'declared': {
        const declared = declaredAt(code.index);
        if (declared) return declared(...args);
        throw this.#differs(`it declares fewer tasks than worker ${run.origin + 1}`);
      }
      case 'child': {
        const children = this.#definitionOf(code.stage)?.children;
        if (!children) throw this.#differs(`it has no consumerSupervisor "${code.stage}"`);
        const context = {
          id: run.id,
          get signal() {
            return run.signal;
          },
        };
        return children.run(args[0], context);
      }
    }
  }

  #differs(difference: string): EngineError<'plan_differs'> {
    return new EngineError('plan_differs', { worker: this.#worker + 1, difference });
  }
}
