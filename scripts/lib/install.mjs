import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder, wherever a command is called from. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Oldest Node that everything here runs on. */
const OLDEST_NODE = [20, 19];

/** Where the lock file's hash of the last installation is noted. */
const stampFile = join(root, 'node_modules', '.sluice-install');

/** Stops with a plain sentence when Node is too old to go on. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = OLDEST_NODE;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  console.error(
    `Cannot go on as Sluice needs Node ${OLDEST_NODE.join('.')} or newer: this is ${process.versions.node}.`,
  );
  process.exit(1);
}

/** Installs the locked packages when they are missing or the lock file has changed since. */
export function installPackages() {
  requireNode();
  const lockHash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash) return;
  console.log('Installing packages (once; about half a minute) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('Cannot install the packages: npm ci failed, its own message stands above.');
    process.exit(status ?? 1);
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, lockHash);
}

/** Runs a program of node_modules/.bin and gives its exit code. */
export function runBin(name, args, env = {}) {
  const { status, signal } = spawnSync(binOf(name), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  if (signal) console.error(`${name} was ended by ${signal}`);
  return status ?? 1;
}

/** The same beside others: resolves to the exit code and everything it printed. */
export function runBinAside(name, args) {
  return new Promise((resolve) => {
    const printed = [];
    const child = spawn(binOf(name), args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => printed.push(chunk));
    child.on('error', (error) => resolve({ code: 1, printed: `${name}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, printed: Buffer.concat(printed).toString() }));
  });
}

function binOf(name) {
  return join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
}
