import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import chromiumConfig from './playwright.config.ts';

const PATHS = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];
const executablePath = process.env.FIREFOX_PATH ?? PATHS.find((path) => existsSync(path));
if (!executablePath) {
  throw new Error(
    `Cannot run the tests in Firefox as none was found: looked at ${PATHS.join(', ')}. Install firefox-esr or set FIREFOX_PATH.`,
  );
}

/** `npm run test:firefox`: the same paths through an installed Firefox. What only Chromium can show is tagged `@chromium`. */
export default defineConfig({
  ...chromiumConfig,
  workers: 1,
  timeout: 180_000,
  grepInvert: /@chromium/,
  use: {
    ...chromiumConfig.use,
    browserName: 'firefox',
    channel: 'moz-firefox',
    launchOptions: { executablePath },
  },
  projects: [{ name: 'firefox' }],
});
