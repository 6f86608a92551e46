/** What Chromium is started with. */
export const CHROMIUM_FLAGS: string[];

/** A Chromium that starts. `env`: what it needs beside the usual environment. */
export interface FoundChromium {
  readonly path: string;
  readonly from: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The Chromium that tests drive; rejects with all that was tried when none starts. */
export function findChromium(): Promise<FoundChromium>;
