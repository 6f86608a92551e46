import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Gives a module of this repository to `use`, loaded as the tests load theirs: TypeScript, with `sluice` for the engine.
 *
 * @param path - From the root, with a leading slash.
 */
export async function withModule(path, use) {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
    resolve: { alias: [{ find: /^sluice$/, replacement: `${root}/engine/index.ts` }] },
  });
  try {
    return await use(await server.ssrLoadModule(path));
  } finally {
    await server.close();
  }
}
