import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { build, stop } from 'esbuild-wasm';
import type { TraceError } from 'sluice';
import { compileProgram } from '../../app/lib/sandbox/compile-program.ts';
import { SourcePlaces } from '../../app/lib/sandbox/error-mapping.ts';
import type { ProgramText } from '../../app/lib/sandbox/problems.ts';
import type { ProgramFiles } from '../../app/lib/sandbox/program-files.ts';
import type { Problem } from '../../app/lib/sandbox/run-view.ts';
import * as learnerApi from '../../engine/platform/learner-api.ts';
import { DATA_SETS } from '../../lessons/data/names.ts';
import { UsageError } from './arguments.ts';

/** A program that can run, and the way back from it to its files. */
export interface CompiledFile {
  /** ES module text. */
  readonly code: string;
  /** Source map, JSON. */
  readonly map: string;
  /** Data sets it reads from `sluice/data`. */
  readonly dataSets: readonly string[];
  readonly text: ProgramText;
  readonly warnings: readonly Problem[];
}

/** What is wrong with a program that cannot run, and its files. */
export interface Refused {
  readonly problems: readonly Problem[];
  readonly files: Readonly<Record<string, string>>;
}

/** No program is longer, bytes: what is named by mistake may be anything. */
const MAX_FILE_BYTES = 5_000_000;
/** Files of a folder that are looked at for a name that was meant. */
const MAX_NEAR = 200;

/**
 * Compiles a program on the disk as a lesson's page compiles its own.
 *
 * @param path - As it was given, seen from `folder`.
 * @throws {UsageError} when there is no such file, or it is none that can be read.
 */
export async function compileFile(path: string, folder: string): Promise<CompiledFile | Refused> {
  refuseUnreadable(path, folder);
  const entry = slashed(relative(folder, resolve(folder, path)));
  const read: Record<string, string> = {};
  const offered = { sluice: Object.keys(learnerApi), 'sluice/data': [...DATA_SETS] };
  try {
    const compiled = await compileProgram(build, { files: filesOnDisk(folder, read), entry }, offered);
    if (!compiled.ok) return { problems: compiled.problems, files: read };
    const { code, map, dataSets, warnings } = compiled;
    const text = { sources: read, entry, places: new SourcePlaces(map) };
    return { code, map, dataSets, text, warnings };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `Cannot compile ${path}: ${wordsOf(error)}`,
      'The compiler itself could not go on. Is there memory left on this machine?',
    );
  } finally {
    // The compiler's own process would keep this one.
    await stop();
  }
}

/** The files below and beside a folder, named from there. */
function filesOnDisk(folder: string, read: Record<string, string>): ProgramFiles {
  return {
    has: (name) => isFile(resolve(folder, name)),
    text: (name) => (read[name] = textOf(resolve(folder, name), name)),
    near: (wanted, importer) => {
      const beside = [wanted, importer].map((name) => dirname(name));
      const own = beside.find((each) => isFolder(resolve(folder, each))) ?? '.';
      return readdirSync(resolve(folder, own))
        .filter((name) => /\.(ts|mts|js|mjs|json)$/.test(name))
        .slice(0, MAX_NEAR)
        .map((name) => slashed(join(own, name)))
        .filter((name) => name !== importer);
    },
  };
}

function refuseUnreadable(path: string, folder: string): void {
  const full = resolve(folder, path);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (!stats) {
    throw new UsageError(`Cannot run ${path} as there is no such file`, nearbyHint(full));
  }
  if (stats.isDirectory()) {
    throw new UsageError(
      `Cannot run ${path} as it must be a file: received a folder`,
      'Name the file whose default export is the pipeline, for example pipeline.ts in it.',
    );
  }
  if (/\.jsonl$/.test(path)) {
    throw new UsageError(
      `Cannot run ${path} as it is a recording, not a program`,
      `Try: npx sluice replay ${path}`,
    );
  }
  if (stats.size > MAX_FILE_BYTES) {
    throw new UsageError(
      `Cannot run ${path} as a program has at most ${MAX_FILE_BYTES} bytes: received ${stats.size}`,
      'Is it the right file? Data are read by the program itself.',
    );
  }
  textOf(full, path);
}

function nearbyHint(full: string): string {
  try {
    const programs = readdirSync(dirname(full)).filter((name) => /\.(ts|js|mjs)$/.test(name));
    if (programs.length > 0) return `In that folder there are ${programs.slice(0, 8).join(', ')}.`;
    return 'There is no program in that folder.';
  } catch {
    return 'There is no such folder either.';
  }
}

function textOf(full: string, name: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(full);
  } catch (error) {
    throw new UsageError(`Cannot read ${name}: ${wordsOf(error)}`, 'May this account read it?');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`Cannot read ${name} as it must be text in UTF-8`, 'Is it the right file?');
  }
}

function isFile(full: string): boolean {
  return statSync(full, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(full: string): boolean {
  return statSync(full, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A stack that says the same on every machine: the program's own lines alone, as if it lay in `program.js`. */
export function portable(error: TraceError, programUrl: string): TraceError {
  if (error.stack === undefined) return error;
  const lines = error.stack
    .split('\n')
    .filter((line) => line.includes(programUrl))
    .map((line) => line.replaceAll(programUrl, 'file:///program.js'));
  return { ...error, stack: [`${error.name}: ${error.message}`, ...lines].join('\n') };
}
