import type { Locator } from '@playwright/test';

/**
 * Touches the middle of an element. To an installed Firefox Playwright sends no touch (its tap does nothing there, and says
 * nothing): the same place is clicked, which shows all of a tap but that it came from a finger.
 */
export async function tap(target: Locator): Promise<void> {
  const isFirefox = target.page().context().browser()?.browserType().name() === 'firefox';
  await (isFirefox ? target.click() : target.tap());
}
