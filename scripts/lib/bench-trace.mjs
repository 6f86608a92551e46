import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { root } from './install.mjs';

/** Twelve stages and four partitions; its two sources end. */
export const PICTURE_PROGRAM = join(root, 'test/bench/picture/twelve-stages.ts');

/** What the file depends on; a change of the engine that leaves the entries as they are asks for no new run. */
const SOURCES = [
  PICTURE_PROGRAM,
  ...['trace-entry', 'entry-columns'].map((name) => join(root, `engine/trace/${name}.ts`)),
];
const FOLDER = join(root, '.cache', 'bench');

/** A recording of a real run on threads, about a million entries long: made once, as it takes a while. */
export function millionEntries() {
  const hash = createHash('sha256');
  for (const file of SOURCES) hash.update(readFileSync(file));
  const path = join(FOLDER, `million-${hash.digest('hex').slice(0, 12)}.jsonl`);
  if (existsSync(path)) return path;
  console.log('Recording a run of a million entries …');
  mkdirSync(FOLDER, { recursive: true });
  const making = `${path}.${process.pid}`;
  const run = [join(root, 'scripts', 'sluice.mjs'), 'run', PICTURE_PROGRAM];
  const { status } = spawnSync(
    process.execPath,
    [...run, '--workers', '4', '--seed', '1', '--trace', making],
    { stdio: 'ignore' },
  );
  if (status !== 0) throw new Error(`The run to be recorded ended with ${status}`);
  renameSync(making, path);
  return path;
}
