import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Tests of pure code: the files of one process share what they import, which costs half the processor time. What
 * sets globals, starts threads or weighs much has its modules to itself.
 */
const SHARED = [
  'test/app/{inspect,labs,recordings,stops,view,vis,weather}/**/*.test.ts',
  'test/engine/{dispatcher,stage,time,trace,transport,window}/**/*.test.ts',
  'test/lessons/**/*.test.ts',
];
const E2E = 'test/e2e/**';

/** Everything below `test` that runs in Node: units, laws, conformance, content, architecture. */
export default defineConfig({
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  resolve: {
    alias: [
      { find: /^sluice$/, replacement: at('./engine/index.ts') },
      { find: /^sluice\/data$/, replacement: at('./lessons/data/index.ts') },
      { find: /^\$lib\//, replacement: at('./app/lib/') },
      { find: '$app/paths', replacement: at('./test/support/app-paths.ts') },
    ],
  },
  test: {
    projects: [
      { extends: true, test: { name: 'shared', isolate: false, include: SHARED } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [E2E, ...SHARED] } },
    ],
    unstubGlobals: true,
    testTimeout: 30_000,
    // Some drive real threads of a machine that is shared; what needed a second try is named by the gate.
    retry: process.env.CI ? 1 : 0,
    // The default leaves a processor free: on two, files would go one after the other.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
