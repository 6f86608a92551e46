import type { PlanCode, StageCode } from '../trace/plan-view.ts';
import { placeIn } from '../trace/stack-place.ts';
import type { Plan } from './plan.ts';

/** Stages of which it is told where they are written; a larger plan is made by a loop, or read by nobody. */
const MAX_STAGES = 500;

/**
 * Where the parts of a plan are written (RUN-35).
 *
 * @param isProgram - Whether a script of a stack is the program.
 */
export function codeOfPlan({ stages }: Plan, isProgram: (script: string) => boolean): PlanCode {
  if (stages.length > MAX_STAGES) return { stages: {} };
  const placed = stages.flatMap(({ id, declared, definition, operators = [] }): [string, StageCode][] => {
    const started = placeIn(declared, isProgram);
    const defined = placeIn(definition.written?.stack, isProgram);
    const places = operators.flatMap((written) => placeIn(written.stack, isProgram) ?? []);
    if (started === undefined && defined === undefined && places.length === 0) return [];
    return [
      [
        id,
        {
          ...(started !== undefined && { started }),
          ...(defined !== undefined && { defined }),
          ...(places.length > 0 && { operators: places }),
        },
      ],
    ];
  });
  return { stages: Object.fromEntries(placed) };
}
