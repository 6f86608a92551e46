import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

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
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    testTimeout: 30_000,
    // Some drive real threads of a machine that is shared; what needed a second try is named by the gate.
    retry: process.env.CI ? 1 : 0,
    // The default leaves a processor free: on two, files would go one after the other.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
