import type { Locator } from '@playwright/test';
import { isFirefox } from './firefox.ts';

/**
 * Touches the middle of an element. To an installed Firefox Playwright sends no touch (its tap does nothing there, and says
 * nothing): the same place is clicked, which shows all of a tap but that it came from a finger.
 */
export async function tap(target: Locator): Promise<void> {
  await (isFirefox(target.page()) ? target.click() : target.tap());
}
