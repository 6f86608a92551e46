import * as esbuild from 'esbuild-wasm/esm/browser.js';
import type { FromCompileWorker, ToCompileWorker } from './compile-messages.ts';
import { compileProgram } from './compile-program.ts';
import type { OfferedExports } from './compiled.ts';
import { filesInMemory } from './program-files.ts';

/** What the page offered, once esbuild is up. */
let started: Promise<OfferedExports> | null = null;

async function start(wasmUrl: string, offered: OfferedExports): Promise<OfferedExports> {
  await esbuild.initialize({ wasmURL: wasmUrl, worker: false });
  return offered;
}

function post(message: FromCompileWorker): void {
  self.postMessage(message);
}

self.addEventListener('message', async ({ data }: MessageEvent<ToCompileWorker>) => {
  try {
    if (data.type === 'start') {
      started = start(data.wasmUrl, data.offered);
      await started;
      return;
    }
    if (started === null) throw new Error('it was not started');
    const { id, files, entry } = data;
    const program = { files: filesInMemory(files), entry };
    post({ type: 'compiled', id, compiled: await compileProgram(esbuild.build, program, await started) });
  } catch (error) {
    post({ type: 'broken', reason: error instanceof Error ? error.message : String(error) });
  }
});
