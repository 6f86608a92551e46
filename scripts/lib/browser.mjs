import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './install.mjs';

/**
 * What Chromium is started with. `--site-per-process` gives the sandbox frame a process of its own in every build;
 * the rest keeps it quiet on machines without a display, a GPU or a network.
 */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--site-per-process',
];

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_APPS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The Chromium that tests drive: `CHROMIUM_PATH`, else an installed Playwright browser, else one of the system's,
 * else the one that ships inside the npm package `@sparticuz/chromium` (Linux; no root needed).
 *
 * @returns {Promise<{ path: string, from: string, env: Record<string, string> }>}
 * @throws {Error} that names everything tried, when none of them starts.
 */
export async function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    const failure = whyNot(given);
    if (failure) throw new Error(`Cannot use CHROMIUM_PATH=${given}: ${failure}`);
    return { path: given, from: 'CHROMIUM_PATH', env: {} };
  }
  const tried = [];
  const { chromium } = await import('playwright-core');
  for (const [path, from] of [[chromium.executablePath(), 'Playwright'], ...systemChromiums()]) {
    const failure = whyNot(path);
    if (!failure) return { path, from, env: {} };
    tried.push(`${from}: ${path}: ${failure}`);
  }
  const packaged = await packagedChromium();
  if ('path' in packaged) return packaged;
  tried.push(`@sparticuz/chromium: ${packaged.failure}`);
  throw new Error(
    ['Cannot find a Chromium that starts. Tried:', ...tried.map((line) => `  ${line}`)].join('\n') +
      '\nInstall Chromium, or set CHROMIUM_PATH to its executable.',
  );
}

function systemChromiums() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).filter(
    existsSync,
  );
  return [...onPath, ...MAC_APPS.filter(existsSync)].map((path) => [path, 'system']);
}

/** Unpacks the browser of the npm package; with its own libraries where the system lacks them. */
async function packagedChromium() {
  if (process.platform !== 'linux') return { failure: 'it is made for Linux only' };
  try {
    const { default: sparticuz, inflate } = await import('@sparticuz/chromium');
    const path = await sparticuz.executablePath();
    const fonts = { FONTCONFIG_PATH: process.env.FONTCONFIG_PATH ?? join(tmpdir(), 'fonts') };
    if (!whyNot(path, fonts)) return { path, from: '@sparticuz/chromium', env: fonts };
    const libraries = await inflate(join(root, 'node_modules/@sparticuz/chromium/bin/al2023.tar.br'));
    const folders = [join(libraries, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean);
    const env = { ...fonts, LD_LIBRARY_PATH: folders.join(delimiter) };
    const failure = whyNot(path, env);
    return failure ? { failure } : { path, from: '@sparticuz/chromium', env };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/** Asks an executable for its version: `null` when it answers, else why it does not. */
function whyNot(path, env = {}) {
  if (!path || !existsSync(path)) return 'is not there';
  const { status, error, stderr } = spawnSync(path, ['--version', '--no-sandbox'], {
    timeout: 20_000,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (error) return error.message;
  return status === 0
    ? null
    : `does not start: ${(stderr ?? '').trim().split('\n').at(-1) || `exit code ${status}`}`;
}
