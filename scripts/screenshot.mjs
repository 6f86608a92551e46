/** `npm run screenshot`: draws the README's picture, `docs/lesson.png`, from a real run of the first lesson. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/install.mjs';
import { withBrowserOnSite } from './lib/site.mjs';

const PORT = 4196;
const SIZE = { width: 1280, height: 800 };

await withBrowserOnSite(PORT, async ({ browser, url }) => {
  const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: 2, colorScheme: 'light' });
  await page.goto(`${url}/lessons/01-first-pipeline`);
  await page.locator('.monaco-editor .view-line').first().waitFor();
  await page.getByText('An ask, from the printer to the producer').click();
  await page.getByRole('button', { name: 'That is my guess' }).first().click();
  await page.getByRole('button', { name: 'Skip' }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const picture = page.getByRole('region', { name: 'Pipeline' });
  await page.getByRole('region', { name: 'Console' }).filter({ hasText: 'Received 13' }).waitFor();
  await picture.locator('g.event').first().waitFor({ state: 'attached' });
  await page
    .getByRole('region', { name: 'Lesson' })
    .evaluate((pane) => pane.querySelector('h1, h2')?.scrollIntoView());
  mkdirSync(join(root, 'docs'), { recursive: true });
  await page.screenshot({ path: join(root, 'docs', 'lesson.png') });
  console.log('Wrote docs/lesson.png');
});
