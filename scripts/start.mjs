/**
 * `npm start`: installs what is missing, builds the site when its sources are newer than the last build, serves it
 * and prints the address. `PORT` chooses another port; `--rebuild` builds in any case.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildIfStale } from './lib/build.mjs';
import { installPackages, root } from './lib/install.mjs';

const FIRST_PORT = 4173;
const PORTS_TO_TRY = 20;

installPackages();
if (!buildIfStale({ force: process.argv.includes('--rebuild') })) process.exit(1);

const wanted = process.env.PORT;
if (wanted !== undefined && !/^\d{1,5}$/.test(wanted)) {
  console.error(`Cannot serve as PORT must be a number: received ${JSON.stringify(wanted)}`);
  process.exit(1);
}
const port = wanted === undefined ? await firstFreePort() : Number(wanted);
const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
const server = spawn(
  process.execPath,
  [vite, 'preview', '--port', String(port), '--strictPort', '--host', '127.0.0.1'],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
let said = false;
server.stdout.on('data', () => {
  if (said) return;
  said = true;
  console.log(`\n  Sluice is open at  http://localhost:${port}/\n\n  Stop it with Ctrl+C.\n`);
});
server.on('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));

/** The first port from 4173 on that nothing listens at. */
async function firstFreePort() {
  for (let candidate = FIRST_PORT; candidate < FIRST_PORT + PORTS_TO_TRY; candidate += 1) {
    if (await isFree(candidate)) return candidate;
  }
  console.error(
    `Cannot serve as ports ${FIRST_PORT} to ${FIRST_PORT + PORTS_TO_TRY - 1} are all taken; set PORT to another.`,
  );
  process.exit(1);
}

function isFree(candidate) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(candidate, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
