import ts from 'typescript';
import * as sluice from 'sluice';
import { planOf, runVirtual } from 'sluice';
import { evenShares, withShare } from '$lib/labs/skew/shares.ts';
import type { SkewRow } from '$lib/labs/skew/skew-compare.ts';
import { SkewLog } from '$lib/labs/skew/skew-log.ts';
import {
  CITIES,
  ENTRY,
  skewFiles,
  type Fix,
  type PartitionCount,
  type SkewSettings,
} from '$lib/labs/skew/skew-programs.ts';
import { skewRun } from '$lib/labs/skew/skew-run.ts';

export const EVEN = evenShares(CITIES);
export const HOT = withShare(EVEN, 'Milan', 60);

export function settingsOf(more: Partial<SkewSettings> = {}): SkewSettings {
  return { shares: HOT, partitions: 4, fix: 'plain', ...more };
}

/** A program of several files, as it stands in the page. */
function evaluated(files: Readonly<Record<string, string>>, name: string): { readonly default?: unknown } {
  const { outputText } = ts.transpileModule(files[name] ?? '', {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: { default?: unknown } = {};
  const required = (wanted: string): unknown =>
    wanted === 'sluice' ? sluice : evaluated(files, wanted.replace('./', ''));
  new Function('exports', 'require', outputText)(exports, required);
  return exports;
}

type Made = Awaited<ReturnType<typeof freshRun>>;

const made = new Map<string, Promise<Made>>();

/** A run of the lab in virtual time, and what the lab reads from it. One that was made before is not made again. */
export function madeRun(settings: SkewSettings): Promise<Made> {
  const key = JSON.stringify(settings);
  const run = made.get(key) ?? freshRun(settings);
  made.set(key, run);
  return run;
}

/** The same, made anew. */
export async function freshRun(settings: SkewSettings) {
  const plan = planOf(evaluated(skewFiles(settings), ENTRY).default);
  const trace = await runVirtual(plan, { seed: 0, entryBudget: 20_000 });
  const log = new SkewLog();
  log.update(trace.entries);
  return { ...trace, facts: log.facts, run: skewRun(log.facts, settings) };
}

/** The same as a row of the list. */
export async function madeRow(
  number: number,
  more: {
    readonly shares?: SkewSettings['shares'];
    readonly partitions?: PartitionCount;
    readonly fix?: Fix;
  } = {},
): Promise<SkewRow> {
  const settings = settingsOf(more);
  const { run } = await madeRun(settings);
  return { number, settings, time: 'virtual', run };
}
