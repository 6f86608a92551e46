/**
 * Replays recordings of the real GenStage: `npm run conformance -- FOLDER`. Without a folder, those of this repository.
 * One line per scenario that fails, is left out or differs by design; the last line counts.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = resolve(
  process.env.INIT_CWD ?? process.cwd(),
  process.argv[2] ?? `${root}/test/conformance/genstage`,
);

// The engine and the replayer are TypeScript; Vite loads them as the tests do.
const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
  resolve: { alias: [{ find: /^sluice$/, replacement: `${root}/engine/index.ts` }] },
});
try {
  const { replayAll } = await server.ssrLoadModule('/test/conformance/run.ts');
  const { passed, failures, byDesign, unsupported } = await replayAll(path);
  for (const line of [...unsupported, ...byDesign, ...failures]) console.log(line);
  if (byDesign.length > 0) console.log(`${byDesign.length} differ by design`);
  if (unsupported.length > 0) console.log(`${unsupported.length} not replayed`);
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`Cannot replay ${path}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await server.close();
}
