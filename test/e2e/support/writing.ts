import type { Locator } from '@playwright/test';

/**
 * Writes over what is in a field, key by key. In an installed Firefox Playwright's `fill` adds to a number that is there
 * already, and the browser does not count it as a change of the person's.
 */
export async function writeOver(field: Locator, text: string): Promise<void> {
  await field.press('ControlOrMeta+A');
  if (text === '') await field.press('Delete');
  else await field.pressSequentially(text);
}
