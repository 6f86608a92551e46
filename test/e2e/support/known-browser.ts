import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserType, LaunchOptions, ViewportSize } from '@playwright/test';

interface ContextOptions {
  readonly baseURL?: string | undefined;
  readonly viewport?: ViewportSize | null | undefined;
}

/** What pages keep, but for the browser's own caches. */
const STORED = 'cookies,file_systems,indexeddb,local_storage,service_workers,cache_storage';

/**
 * A browser that has been on the site before, as a learner's is on the second day: it keeps what it has loaded and compiled, and
 * nothing else. Loading the editor and the compiler anew would take more of most tests than what they try.
 */
export class KnownBrowser {
  readonly context: BrowserContext;
  readonly #directory: string;

  private constructor(context: BrowserContext, directory: string) {
    this.context = context;
    this.#directory = directory;
  }

  static async open(
    type: BrowserType,
    launch: LaunchOptions,
    options: ContextOptions,
  ): Promise<KnownBrowser> {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-browser-'));
    const context = await type.launchPersistentContext(directory, {
      ...launch,
      ...(options.baseURL !== undefined && { baseURL: options.baseURL }),
      ...(options.viewport !== undefined && { viewport: options.viewport }),
    });
    return new KnownBrowser(context, directory);
  }

  /** Closes its pages and removes all that they have stored at `origin`. */
  async forget(origin: string): Promise<void> {
    const empty = await this.context.newPage();
    for (const page of this.context.pages()) if (page !== empty) await page.close();
    const session = await this.context.newCDPSession(empty);
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: STORED });
    await session.detach();
  }

  async close(): Promise<void> {
    await this.context.close();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
