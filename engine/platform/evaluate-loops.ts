import { evaluateLoopsWith } from '../flow/loop-code.ts';

/** Where no policy forbids it, as in Node, the loops of flows are generated code. Where one does, closures do their work. */
export function evaluateLoops(): void {
  evaluateLoopsWith((expression) => {
    const value: unknown = new Function(`return ${expression}`)();
    return value;
  });
}
