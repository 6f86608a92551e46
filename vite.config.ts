import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig, type Connect, type Plugin } from 'vite';
import { ISOLATING_HEADERS } from './app/lib/isolation/isolated-response.ts';
import { dataSetsPlugin } from './scripts/lib/data-sets-plugin.ts';
import { learnerTypesPlugin } from './scripts/lib/learner-types-plugin.ts';
import { bundleScript, FRAME_ENTRY, sha256Source, WORKER_ENTRY } from './scripts/lib/sandbox-scripts.mjs';

/** Leaves the page without cross-origin isolation, as any plain static host does: for tests. */
const isolated = process.env.SLUICE_NO_ISOLATION !== '1';

const HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  ...(isolated && ISOLATING_HEADERS),
};

/** `server.headers` does not reach the pages that Kit answers; a middleware in front of it does. */
function responseHeaders(): Plugin {
  const middleware: Connect.NextHandleFunction = (_request, response, next) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    next();
  };
  return {
    name: 'sluice:response-headers',
    configureServer: ({ middlewares }) => void middlewares.use(middleware),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(middleware),
  };
}

/** What {@link sandboxScripts} offers, and what each module exports. */
const SCRIPTS: Readonly<Record<string, (signal: (file: string) => void) => Promise<string>>> = {
  'virtual:sluice-frame': async (watch) => {
    const { code, files } = await bundleScript(FRAME_ENTRY);
    files.forEach(watch);
    return `export const script = ${JSON.stringify(code)};\nexport const hash = ${JSON.stringify(sha256Source(code))};`;
  },
  'virtual:sluice-worker': async (watch) => {
    const { code, files } = await bundleScript(WORKER_ENTRY);
    files.forEach(watch);
    return `export default ${JSON.stringify(code)};`;
  },
};

/** The text of the sandbox's scripts as modules. */
function sandboxScripts(): Plugin {
  return {
    name: 'sluice:sandbox-scripts',
    resolveId: (id) => (id in SCRIPTS ? `\0${id}` : undefined),
    async load(id) {
      return await SCRIPTS[id.replace('\0', '')]?.((file) => this.addWatchFile(file));
    },
    configureServer(server) {
      // The policy holds the frame script's hash, and is read once.
      server.watcher.on('change', (file) => {
        if (file === FRAME_ENTRY) void server.restart();
      });
    },
  };
}

export default defineConfig({
  plugins: [responseHeaders(), sandboxScripts(), dataSetsPlugin(), learnerTypesPlugin(), sveltekit()],
  worker: { format: 'es' },
  build: {
    // Monaco is one chunk of 2.7 MB, loaded on lesson pages only; above that a chunk is worth a warning.
    chunkSizeWarningLimit: 3_000,
    // How long each plugin took is nothing that a person who starts the site has to read.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
