import { evaluateLoopsWith } from '../flow/loop-code.ts';
import { generateRecordCode } from '../transport/encoding/record-code.ts';

/**
 * Where no policy forbids it, as in Node, the loops of flows and what takes records apart are generated code. Where one does,
 * closures do their work.
 */
export function evaluateLoops(): void {
  const EvaluateText = Function;
  const evaluate = (expression: string): unknown => {
    const value: unknown = new EvaluateText(`return ${expression}`)();
    return value;
  };
  evaluateLoopsWith(evaluate);
  generateRecordCode((expression, take) => take(evaluate(expression)));
}
