import type { Page } from '@playwright/test';
import { isFirefox } from './firefox.ts';

/** What somebody asks of all pages, or of this one. */
interface Preferences {
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce';
}

/**
 * The system asks for it, now and on pages opened later. Playwright cannot tell an installed Firefox what the system asks for:
 * there it is chosen on the page, as if in another tab.
 */
export async function prefer(page: Page, preferences: Preferences): Promise<void> {
  if (!isFirefox(page)) return page.emulateMedia(preferences);
  const { colorScheme, reducedMotion } = preferences;
  const choices: [key: string, value: string][] = [];
  if (colorScheme) choices.push(['sluice.theme', colorScheme]);
  if (reducedMotion) choices.push(['sluice.motion', 'reduced']);
  if (page.url() === 'about:blank') await page.addInitScript(choose, choices);
  else await page.evaluate(choose, choices);
}

/** Runs in the page. What may not store anything (a frame of the sandbox, an empty page) need not remember. */
function choose(choices: readonly (readonly [string, string])[]): void {
  if (window.top !== window || window.origin === 'null') return;
  for (const [key, newValue] of choices) {
    localStorage.setItem(key, newValue);
    window.dispatchEvent(new StorageEvent('storage', { key, newValue }));
  }
}
