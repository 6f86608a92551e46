import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import chromiumConfig from './playwright.config.ts';
import { FIREFOX_DOWNLOADS } from './test/e2e/support/firefox.ts';

const PATHS = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];
const executablePath = process.env.FIREFOX_PATH ?? PATHS.find((path) => existsSync(path));
if (!executablePath) {
  throw new Error(
    `Cannot run the tests in Firefox as none was found: looked at ${PATHS.join(', ')}. Install firefox-esr or set FIREFOX_PATH.`,
  );
}

const launchOptions = {
  executablePath,
  downloadsPath: FIREFOX_DOWNLOADS,
  // A list of what was saved would open, and take the focus from the page.
  firefoxUserPrefs: { 'browser.download.alwaysOpenPanel': false },
};
/** Set when the browser starts: Playwright cannot tell an installed Firefox later what the system asks for. */
const lessMotion = { 'ui.prefersReducedMotion': 1 };

/** `npm run test:firefox`: the same paths through an installed Firefox. */
export default defineConfig({
  ...chromiumConfig,
  workers: 1,
  // axe takes three times as long there as in Chromium.
  timeout: 300_000,
  reporter: [['list'], ['./test/e2e/support/skip-reporter.ts']],
  use: {
    ...chromiumConfig.use,
    browserName: 'firefox',
    channel: 'moz-firefox',
    launchOptions,
  },
  projects: [
    { name: 'firefox', grepInvert: /@less-motion/ },
    {
      name: 'firefox, less motion',
      grep: /@less-motion/,
      use: {
        launchOptions: {
          ...launchOptions,
          firefoxUserPrefs: { ...launchOptions.firefoxUserPrefs, ...lessMotion },
        },
      },
    },
  ],
});
