import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild-wasm';
import { rolldown } from 'rolldown';
import { compileProgram } from '../../app/lib/sandbox/compile-program.ts';
import * as learnerApi from '../../engine/platform/learner-api.ts';
import { NodePlatform } from '../../engine/platform/node.ts';

const WORKER_ENTRY = fileURLToPath(new URL('../../engine/platform/node-worker.ts', import.meta.url));
const DIRECTORY = join(tmpdir(), 'sluice-node-runner');

/** A learner's program (TypeScript) on Node's worker_threads, compiled as the page compiles it. */
export async function nodePlatform(source: string): Promise<NodePlatform> {
  const [workerFile, code] = await Promise.all([worker(), compiled(source)]);
  return new NodePlatform({ workerFile, programUrl: pathToFileURL(await stored(code)).href });
}

/** The same program in this thread, for the virtual scheduler: the module, evaluated anew. */
export async function evaluated(source: string): Promise<unknown> {
  const path = await stored(await compiled(source));
  Object.defineProperty(globalThis, Symbol.for('sluice'), { value: learnerApi, configurable: true });
  const module: unknown = await import(/* @vite-ignore */ `${pathToFileURL(path).href}?${Math.random()}`);
  return module;
}

async function compiled(source: string): Promise<string> {
  const offered = { sluice: Object.keys(learnerApi), 'sluice/data': [] };
  const result = await compileProgram(build, { files: { 'start.ts': source }, entry: 'start.ts' }, offered);
  if (!result.ok) throw new Error(`Cannot compile the program: ${JSON.stringify(result.problems)}`);
  return result.code;
}

let bundled: Promise<string> | null = null;

/** The worker's script, bundled once per test file. */
function worker(): Promise<string> {
  bundled ??= bundleWorker();
  return bundled;
}

async function bundleWorker(): Promise<string> {
  const bundle = await rolldown({ input: WORKER_ENTRY, platform: 'node', tsconfig: false });
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
