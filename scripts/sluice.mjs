#!/usr/bin/env node
/** `npx sluice run PROGRAM.ts`, `npx sluice replay TRACE.jsonl`: `npx sluice --help` tells the rest. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { requireNode, root } from './lib/install.mjs';

const WRONG_USE = 2;

requireNode();
const missing = ['esbuild-wasm', 'rolldown'].filter((name) => !existsSync(join(root, 'node_modules', name)));
if (missing.length > 0) {
  console.error(`error: Cannot go on without the packages ${missing.join(' and ')}`);
  console.error(`hint: Install them once: npm install --prefix ${JSON.stringify(root)}`);
  process.exit(WRONG_USE);
}

const { cliScripts } = await import('./lib/cli-bundle.mjs');
const scripts = await cliScripts();
const { main } = await import(pathToFileURL(scripts.main).href);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const code = await main({
  arguments: process.argv.slice(2),
  version,
  folder: process.cwd(),
  workerFile: scripts.worker,
  loadData: async (names) => {
    if (names.length === 0) return {};
    const sets = await import(pathToFileURL(scripts.data).href);
    return Object.fromEntries(names.map((name) => [name, JSON.stringify(sets[name])]));
  },
});
process.exit(code);
