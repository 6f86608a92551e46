import type { build as esbuildBuild, BuildFailure, Metafile } from 'esbuild-wasm';
import { buildOptions, DATA_SET } from './compile-plugin.ts';
import { fileNameOf, problemOf } from './compile-problems.ts';
import type { Compiled, OfferedExports } from './compiled.ts';
import type { ProgramFiles } from './program-files.ts';

/** A program as it is compiled: its files, and which of them is the module that runs. */
export interface Program {
  readonly files: ProgramFiles;
  readonly entry: string;
}

/** Compiles a program with the given esbuild: the worker's, or Node's in tests. */
export async function compileProgram(
  build: typeof esbuildBuild,
  { files, entry }: Program,
  offered: OfferedExports,
): Promise<Compiled> {
  if (!files.has(entry)) {
    const message = `Cannot compile "${entry}": this program has no such file`;
    return { ok: false, problems: [{ severity: 'error', phase: 'compile', message }] };
  }
  try {
    const result = await build(buildOptions(files, entry, offered));
    const text = (ending: string) => result.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
    return {
      ok: true,
      code: text('program.js'),
      map: withFileNames(text('.map')),
      dataSets: dataSetsOf(result.metafile),
      warnings: result.warnings.map((message) => problemOf(message, 'warning', offered)),
    };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { ok: false, problems: error.errors.map((message) => problemOf(message, 'error', offered)) };
  }
}

/** Data sets of which something is left in the output. */
function dataSetsOf(metafile: Metafile): string[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const names = inputs.flatMap((path) =>
    path.startsWith(`${DATA_SET}:`) ? path.slice(DATA_SET.length + 1) : [],
  );
  return [...new Set(names)].sort();
}

/** The map with its sources named as the learner named them. */
function withFileNames(map: string): string {
  const parsed: unknown = JSON.parse(map);
  if (typeof parsed !== 'object' || parsed === null || !('sources' in parsed)) return map;
  const { sources } = parsed;
  if (!Array.isArray(sources)) return map;
  return JSON.stringify({ ...parsed, sources: sources.map((source) => fileNameOf(String(source))) });
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
