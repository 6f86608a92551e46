import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { FIREFOX_DOWNLOADS, isFirefox } from './firefox.ts';

/** A file that a page let the browser save. */
export interface SavedFile {
  /** As the page named it. */
  readonly name: string;
  /** Where it is until the test is over. */
  readonly path: string;
}

/** The file that the page saves when this is done. */
export async function savedBy(page: Page, act: () => Promise<void>): Promise<SavedFile> {
  if (isFirefox(page)) return savedByFirefox(act);
  const download = page.waitForEvent('download');
  await act();
  const file = await download;
  const name = file.suggestedFilename();
  const path = test.info().outputPath(name);
  await file.saveAs(path);
  return { name, path };
}

/** An installed Firefox saves the file, but tells no more of it than Playwright needs to wait for one. */
async function savedByFirefox(act: () => Promise<void>): Promise<SavedFile> {
  rmSync(FIREFOX_DOWNLOADS, { recursive: true, force: true });
  mkdirSync(FIREFOX_DOWNLOADS, { recursive: true });
  await act();
  await expect.poll(wholeFiles, 'files that were saved').toHaveLength(1);
  const [name = ''] = wholeFiles();
  const path = test.info().outputPath(name);
  renameSync(join(FIREFOX_DOWNLOADS, name), path);
  return { name, path };
}

/** None while one is still written: an empty file keeps its name until then. */
function wholeFiles(): readonly string[] {
  const files = readdirSync(FIREFOX_DOWNLOADS);
  const isWhole = files.every(
    (name) => !name.endsWith('.part') && statSync(join(FIREFOX_DOWNLOADS, name)).size > 0,
  );
  return isWhole ? files : [];
}
