import { isDeepStrictEqual } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { KnownBrowser } from './known-browser.ts';
import { isFirefox } from './firefox.ts';
import { prefer } from './preferences.ts';

/** Messages that say nothing about the page: the browser's own. */
const BROWSER_NOISE = [
  /Download the React DevTools/,
  /GPU stall due to ReadPixels/,
  // Firefox tells of every evaluation that the page's policy refuses; the engine goes on with closures.
  /settings blocked a JavaScript eval/,
];

interface Fixtures {
  /** Fails the test when the page logged an error or threw one; emptied by a test that expects some. */
  readonly pageErrors: string[];
}

interface WorkerFixtures {
  /** `null` in a browser that cannot be told to forget what pages stored. */
  readonly knownBrowser: KnownBrowser | null;
}

/** Every test through it also holds: no console error, no uncaught exception. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  knownBrowser: [
    async ({ playwright, browserName, launchOptions }, use, { project }) => {
      if (browserName !== 'chromium') return use(null);
      const known = await KnownBrowser.open(playwright.chromium, launchOptions, project.use);
      await use(known);
      await known.close();
    },
    { scope: 'worker' },
  ],
  // A test that wants a browser of another kind, or in another place, gets one of its own.
  context: async (
    { context, knownBrowser, baseURL, viewport, hasTouch, colorScheme, contextOptions },
    use,
    { project },
  ) => {
    const isUsual =
      baseURL === project.use.baseURL &&
      isDeepStrictEqual(viewport, project.use.viewport) &&
      !hasTouch &&
      colorScheme === 'light' &&
      isDeepStrictEqual(contextOptions, {});
    if (!knownBrowser || baseURL === undefined || !isUsual) return use(context);
    await knownBrowser.forget(new URL(baseURL).origin);
    await use(knownBrowser.context);
  },
  pageErrors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      const isNoise = (text: string) => BROWSER_NOISE.some((noise) => noise.test(text));
      page.on('pageerror', ({ message }) => {
        if (!isNoise(message)) errors.push(`uncaught: ${message}`);
      });
      page.on('console', (message) => {
        if (message.type() !== 'error') return;
        const text = message.text();
        if (!isNoise(text)) errors.push(`console: ${text}`);
      });
      await use(errors);
      expect(errors, 'errors on the console').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** {@link expectNoAxeViolations}, in the light theme and in the dark one. */
export async function expectNoAxeViolationsInBothThemes(page: Page, where: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours that still change on the way to the other theme are nobody's.
    await prefer(page, { colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    // The editor takes its new colours in a later frame. To look once takes Firefox three times as long as Chromium.
    const timeout = base.info().timeout / 4;
    await expect(() => expectNoAxeViolations(page, `${where}, ${colorScheme}`)).toPass({ timeout });
  }
}

/** WCAG 2.2 AA as far as axe can tell, over the whole page. */
export async function expectNoAxeViolations(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    // Else it opens another page to finish: in Firefox that one takes the focus, and a menu closes.
    .setLegacyMode(isFirefox(page))
    .analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
  expect(found, `axe: ${where}`).toEqual([]);
}
