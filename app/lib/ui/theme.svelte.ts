import { MediaQuery } from 'svelte/reactivity';

/** `static/theme.js` reads the same key before the first paint. */
const KEY = 'sluice.theme';

export const THEMES = ['light', 'dark', 'system'] as const;
export type ThemeChoice = (typeof THEMES)[number];

/** Which colours the page has, and who decided. */
class Theme {
  choice: ThemeChoice = $state('system');
  readonly #systemIsDark = new MediaQuery('(prefers-color-scheme: dark)', false);

  get resolved(): 'light' | 'dark' {
    if (this.choice !== 'system') return this.choice;
    return this.#systemIsDark.current ? 'dark' : 'light';
  }

  /** Takes what was chosen on an earlier visit or in another tab. */
  restore(): void {
    this.choice = parse(remembered());
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // The choice still holds for this visit.
    }
  }

  /** Follows another tab. */
  heard(event: StorageEvent): void {
    if (event.key === KEY) this.choice = parse(event.newValue);
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function parse(value: string | null): ThemeChoice {
  return THEMES.find((theme) => theme === value) ?? 'system';
}

export const theme = new Theme();
