import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild-wasm';
import { rolldown } from 'rolldown';
import {
  realScheduler,
  startRun,
  type Platform,
  type RunHandle,
  type RunOptions,
  type RunUpdate,
} from 'sluice';
import { compileProgram } from '../../app/lib/sandbox/compile-program.ts';
import { filesInMemory } from '../../app/lib/sandbox/program-files.ts';
import * as learnerApi from '../../engine/platform/learner-api.ts';
import { NodePlatform, type NodeProgram } from '../../engine/platform/node.ts';

const WORKER_ENTRY = fileURLToPath(new URL('../../engine/platform/node-worker.ts', import.meta.url));
const DIRECTORY = join(tmpdir(), 'sluice-node-runner');

/**
 * A learner's program (TypeScript) on Node's worker_threads, compiled as the page compiles it.
 *
 * @param data - Data set → its rows as JSON.
 */
export async function nodePlatform(
  source: string,
  data: Readonly<Record<string, string>> = {},
): Promise<NodePlatform> {
  const [workerFile, code] = await Promise.all([worker(), compiled(source, Object.keys(data))]);
  return new NodePlatform({ workerFile, programUrl: pathToFileURL(await stored(code)).href, data });
}

/**
 * A program of several files, compiled once, for runs that differ in their data alone.
 *
 * @param files - By name; `start.ts` is the one that runs.
 * @param dataSets - Names of what the program imports from `sluice/data`.
 */
export async function nodeProgram(
  files: Readonly<Record<string, string>>,
  dataSets: readonly string[],
): Promise<NodeProgram> {
  const [workerFile, code] = await Promise.all([worker(), compiledFiles(files, dataSets)]);
  // Who runs it makes a platform for each run.
  return { workerFile, programUrl: pathToFileURL(await stored(code)).href, reuse: false };
}

/** Starts a run on threads. Only a test of programs that hang needs a heartbeat as quick as the page's. */
export function startOnThreads(platform: Platform, options: Partial<RunOptions> = {}): RunHandle {
  return startRun(platform, {
    workers: 3,
    seed: 1,
    speed: { kind: 'full' },
    trace: 'full',
    entryBudget: 10_000,
    scheduler: realScheduler(),
    // A busy machine may keep a thread waiting for long.
    heartbeatMs: 10_000,
    ...options,
  });
}

/** Resolves at the first update for which the condition holds; rejects when the run ends before. */
export function until(run: RunHandle, holds: (update: RunUpdate) => boolean): Promise<RunUpdate> {
  return new Promise((resolve, reject) => {
    const look = (update: RunUpdate): void => {
      if (holds(update)) resolve(update);
      else if (update.end) reject(new Error(`Ended before: ${JSON.stringify(update.end)}`));
      else return;
      end();
    };
    const end = run.onUpdate(look);
    look(run.now);
  });
}

/** The same program in this thread, for the virtual scheduler: the module, evaluated anew. */
export async function evaluated(source: string): Promise<unknown> {
  const path = await stored(await compiled(source));
  Object.defineProperty(globalThis, Symbol.for('sluice'), { value: learnerApi, configurable: true });
  const module: unknown = await import(/* @vite-ignore */ `${pathToFileURL(path).href}?${Math.random()}`);
  return module;
}

function compiled(source: string, dataSets: readonly string[] = []): Promise<string> {
  return compiledFiles({ 'start.ts': source }, dataSets);
}

async function compiledFiles(
  files: Readonly<Record<string, string>>,
  dataSets: readonly string[],
): Promise<string> {
  const offered = { sluice: Object.keys(learnerApi), 'sluice/data': [...dataSets] };
  const result = await compileProgram(build, { files: filesInMemory(files), entry: 'start.ts' }, offered);
  if (!result.ok) throw new Error(`Cannot compile the program: ${JSON.stringify(result.problems)}`);
  return result.code;
}

let workerFile: Promise<string> | null = null;

/** The worker's script, bundled once per test file. */
function worker(): Promise<string> {
  workerFile ??= bundled(WORKER_ENTRY);
  return workerFile;
}

/** A script and all it imports as one file, for a thread; gives its path. */
export async function bundled(script: string): Promise<string> {
  const bundle = await rolldown({ input: script, platform: 'node', tsconfig: false });
  try {
    const { output } = await bundle.generate({ format: 'es', codeSplitting: false });
    return await stored(output[0].code);
  } finally {
    await bundle.close();
  }
}

/** Writes a module once under a name made of its content. */
async function stored(code: string): Promise<string> {
  const path = join(DIRECTORY, `${createHash('sha256').update(code).digest('hex').slice(0, 24)}.mjs`);
  await mkdir(DIRECTORY, { recursive: true });
  await writeFile(path, code);
  return path;
}
