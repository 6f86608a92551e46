import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
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

/** Every test through it also holds: no console error, no uncaught exception. */
export const test = base.extend<Fixtures>({
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
    .analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
  expect(found, `axe: ${where}`).toEqual([]);
}
