/** The scripts of the bench: what it runs in its own process, and what its threads load. */
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const THREADS = 'test/bench/threads';

/** Where they are. */
export const BENCH_FOLDER = at('.cache/bench');
export const BENCH = `${BENCH_FOLDER}/bench.mjs`;

/** Libraries that find scripts of their own beside theirs stay where they are. */
const EXTERNAL = ['tinypool', 'workerpool'];

/** What programs of the bench use of what a worker offers. */
const OFFERED = ['Flow', 'consumer', 'pipeline', 'producer', 'producerConsumer', 'range', 'send'];

/** The engine and its peers as a bundler would give them to a user; each script whole. */
export async function bundleBench() {
  const engine = { sluice: at('engine/index.ts') };
  await bundle('test/bench/main.ts', 'bench', { alias: engine });
  await bundle('engine/platform/node-worker.ts', 'node-worker');
  for (const worker of ['comlink', 'hop', 'tinypool', 'workerpool']) {
    await bundle(`${THREADS}/${worker}-worker.ts`, `${worker}-worker`);
  }
  for (const program of ['hash', 'hop', 'latency', 'partitioned', 'start', 'word-count']) {
    await bundle(`${THREADS}/${program}-program.ts`, `${program}-program`, { plugins: [offered] });
  }
}

async function bundle(entry, name, { alias = {}, plugins = [] } = {}) {
  const bundled = await rolldown({
    input: at(entry),
    platform: 'node',
    tsconfig: false,
    external: EXTERNAL,
    resolve: { alias },
    plugins,
    checks: { pluginTimings: false },
  });
  await bundled.write({ file: `${BENCH_FOLDER}/${name}.mjs`, format: 'esm', codeSplitting: false });
  await bundled.close();
}

/** A program finds what it imports where its worker offers it. */
const offered = {
  name: 'offered',
  resolveId: (specifier) => (specifier === 'sluice' ? '\0sluice' : null),
  load: (id) =>
    id === '\0sluice' ? `export const { ${OFFERED.join(', ')} } = globalThis[Symbol.for('sluice')];` : null,
};
