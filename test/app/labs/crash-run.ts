import ts from 'typescript';
import * as sluice from 'sluice';
import { planOf, runVirtual, type Print, type VirtualRunOptions } from 'sluice';
import { crashProgram, type Crashable, type CrashSettings } from '$lib/labs/crash/crash-programs.ts';
import { OrderPlaces } from '$lib/labs/crash/order-places.ts';

/** What the compiler makes of a program's text, loaded anew. */
function load(text: string, print: (...values: unknown[]) => void): unknown {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: { default?: unknown } = {};
  // The program's only import is the engine.
  new Function('exports', 'require', 'console', outputText)(exports, () => sluice, { log: print });
  return exports.default;
}

/** Runs the program of the lab as the page does: on the virtual scheduler, with its console in the trace. */
export async function runOrders(
  settings: CrashSettings,
  crash: { readonly stage: Crashable; readonly atMs: number } | null,
  options: Partial<VirtualRunOptions> = {},
): Promise<OrderPlaces> {
  let print: Print | null = null;
  const plan = planOf(load(crashProgram(settings), (...values) => print?.('log', values, () => undefined)));
  const run = await runVirtual(plan, {
    seed: 0,
    ...(crash && { weather: [{ kind: 'crash', ...crash }] }),
    onPrint: (how) => (print = how),
    ...options,
  });
  return new OrderPlaces(run.plan, run.entries);
}
