import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runBin } from './install.mjs';

/** What the site is built from. */
const SOURCES = [
  'app',
  'engine',
  'lessons',
  'quizzes',
  'scripts',
  'package-lock.json',
  'svelte.config.js',
  'vite.config.ts',
];

/** Where a build notes what it was made from. */
const stampFile = join(root, 'build', '.sluice-build');

/** Builds the site unless the last build was made from the very same sources. Says whether there is a good build. */
export function buildIfStale({ force = false } = {}) {
  const hash = sourceHash();
  if (!force && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return true;
  console.log('Building the site …');
  if (runBin('vite', ['build', '--logLevel', 'warn']) !== 0) {
    console.error('Cannot build the site: the message stands above.');
    return false;
  }
  writeFileSync(stampFile, hash);
  return true;
}

/** One hash over all source files, their names and the mount path. */
function sourceHash() {
  const hash = createHash('sha256').update(process.env.BASE_PATH ?? '');
  for (const file of SOURCES.flatMap((source) => filesBelow(join(root, source))).sort()) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}
