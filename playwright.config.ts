import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/lib/browser.mjs';

/** Ports of the built site: isolated as served by us, and as any plain static host would serve it. */
export const PORT = 4187;
export const PLAIN_PORT = 4188;

const chromium = await findChromium();
const preview = 'node node_modules/vite/bin/vite.js preview --strictPort --host 127.0.0.1 --port';

/** How the browser is started. */
export const LAUNCH = {
  executablePath: chromium.path,
  args: [...CHROMIUM_FLAGS],
  env: { ...definedOnly(process.env), ...chromium.env },
};

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  timeout: 90_000,
  expect: { timeout: 20_000 },
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: process.env.CI ? 1 : 0,
  workers: 2,
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ?? 'test-results/playwright.json' }],
  ],
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1280, height: 800 },
    // What is recorded of a test costs it a quarter of its time.
    trace: process.env.CI ? 'on-first-retry' : 'retain-on-failure',
    launchOptions: LAUNCH,
  },
  projects: [{ name: 'chromium' }],
  webServer: [
    { command: `${preview} ${PORT}`, url: `http://127.0.0.1:${PORT}/`, reuseExistingServer: false },
    {
      command: `${preview} ${PLAIN_PORT}`,
      url: `http://127.0.0.1:${PLAIN_PORT}/`,
      env: { SLUICE_NO_ISOLATION: '1' },
      reuseExistingServer: false,
    },
  ],
} satisfies PlaywrightTestConfig);

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
