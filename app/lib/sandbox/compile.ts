import wasmUrl from 'esbuild-wasm/esbuild.wasm?url';
import offered from 'virtual:sluice-exports';
import type { FromCompileWorker } from './compile-messages.ts';
import { compilerOn, type Compiler, type CompileWorker } from './compiler.ts';

/** A compiler with a worker of its own, which starts with the first program or with `warm()`. */
export function createCompiler(): Compiler {
  return compilerOn(spawnWorker);
}

/**
 * The address of the WebAssembly is posted, not imported by the worker: it is one of the page's own files then, whose address
 * follows the folder that the site stands in.
 */
function spawnWorker(): CompileWorker {
  const worker = new Worker(new URL('./compile-worker.ts', import.meta.url), { type: 'module' });
  worker.postMessage({ type: 'start', wasmUrl: new URL(wasmUrl, document.baseURI).href, offered });
  return {
    post: (message) => worker.postMessage(message),
    onMessage(listener) {
      worker.addEventListener('message', ({ data }: MessageEvent<FromCompileWorker>) => listener(data));
    },
    onFailure(listener) {
      worker.addEventListener('error', (event) => listener(event.message || 'its script did not load'));
      worker.addEventListener('messageerror', () => listener('it sent what cannot be read'));
    },
    terminate: () => worker.terminate(),
  };
}
