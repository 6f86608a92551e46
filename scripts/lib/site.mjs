import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CHROMIUM_FLAGS, findChromium } from './browser.mjs';
import { buildIfStale } from './build.mjs';
import { installPackages, root } from './install.mjs';

const READY_WITHIN_MS = 30_000;

/** Serves the built site on a port of its own; `stop()` ends it. */
async function serveSite({ port, env = {} }) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const server = spawn(
    process.execPath,
    [vite, 'preview', '--strictPort', '--host', '127.0.0.1', '--port', String(port)],
    { cwd: root, stdio: 'ignore', env: { ...process.env, ...env } },
  );
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) break;
    try {
      await fetch(`${url}/`);
      return { url, stop: () => server.kill() };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  server.kill();
  throw new Error(`Cannot serve the built site at ${url}: is the port taken, or was the site not built?`);
}

/** Gives `use` a browser and the address of the site as it is now, built if need be; ends both afterwards. */
export async function withBrowserOnSite(port, use) {
  installPackages();
  if (!buildIfStale()) process.exit(1);
  const { chromium } = await import('playwright-core');
  const site = await serveSite({ port });
  const { path, env } = await findChromium();
  const browser = await chromium.launch({
    executablePath: path,
    args: CHROMIUM_FLAGS,
    env: { ...process.env, ...env },
  });
  try {
    await use({ browser, url: site.url });
  } finally {
    await browser.close();
    site.stop();
  }
}
