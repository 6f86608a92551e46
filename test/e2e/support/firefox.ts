import { resolve } from 'node:path';
import type { Page } from '@playwright/test';

/** Where an installed Firefox puts what is saved: its configuration tells the browser. */
export const FIREFOX_DOWNLOADS = resolve(import.meta.dirname, '../../../test-results/firefox-downloads');

/** The page is shown by an installed Firefox, to which Playwright speaks less than to Chromium. */
export function isFirefox(page: Page): boolean {
  return page.context().browser()?.browserType().name() === 'firefox';
}
