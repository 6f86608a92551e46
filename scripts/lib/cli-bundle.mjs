/** The command `sluice` as scripts that Node can load: bundled from the sources when those have changed. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

/** What the scripts are made from. */
const SOURCES = [
  'engine',
  'app/lib/sandbox',
  'app/lib/view',
  'lessons/data',
  'lessons/schema.ts',
  'scripts/cli',
  'scripts/lib/cli-bundle.mjs',
  'package-lock.json',
];
const SCRIPTS = {
  main: 'scripts/cli/main.ts',
  worker: 'engine/platform/node-worker.ts',
  data: 'lessons/data/index.ts',
};
/** Packages that find files of their own beside theirs. */
const EXTERNAL = ['esbuild-wasm'];
const FOLDER = join(root, '.cache', 'cli');
/** Scripts of sources that are no more stay this long: a run may still load them. */
const KEPT_MS = 24 * 3_600_000;

/** Paths of the scripts, made if need be. */
export async function cliScripts() {
  const folder = join(FOLDER, sourceHash());
  const scripts = Object.fromEntries(Object.keys(SCRIPTS).map((name) => [name, join(folder, `${name}.mjs`)]));
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date());
    return scripts;
  }
  const { rolldown } = await import('rolldown');
  const making = `${folder}.${process.pid}`;
  await Promise.all(
    Object.entries(SCRIPTS).map(([name, entry]) => bundle(rolldown, entry, join(making, `${name}.mjs`))),
  );
  try {
    // All at once, as another command may do the same at this moment.
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  removeOld(folder);
  return scripts;
}

async function bundle(rolldown, entry, file) {
  const bundled = await rolldown({
    input: join(root, entry),
    platform: 'node',
    tsconfig: false,
    external: EXTERNAL,
    resolve: { alias: { sluice: join(root, 'engine/index.ts') } },
    checks: { pluginTimings: false },
  });
  try {
    await bundled.write({ file, format: 'esm', codeSplitting: false });
  } finally {
    await bundled.close();
  }
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesBelow(join(root, source))).sort()) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 24);
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

function removeOld(current) {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) {
    const folder = join(FOLDER, name);
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (folder !== current && stats && Date.now() - stats.mtimeMs > KEPT_MS)
      rmSync(folder, { recursive: true, force: true });
  }
}
