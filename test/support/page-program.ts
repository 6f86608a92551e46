import ts from 'typescript';
import * as sluice from 'sluice';
import { planOf } from 'sluice';

/** The plan of a program as it stands in a page: TypeScript whose only import is the engine. */
export function planIn(text: string) {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: { default?: unknown } = {};
  new Function('exports', 'require', outputText)(exports, () => sluice);
  return planOf(exports.default);
}
