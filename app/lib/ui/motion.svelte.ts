import { MediaQuery } from 'svelte/reactivity';

/** `static/theme.js` reads the same key before the first paint. */
const KEY = 'sluice.motion';

/** How much may move on the page: what the system asks for, or less because the person says so here. */
class Motion {
  choice: 'system' | 'reduced' = $state('system');
  readonly #systemReduces = new MediaQuery('(prefers-reduced-motion: reduce)', false);

  /** Nothing flies: it steps. Kept, as it is asked for in every frame: to answer, the browser would settle all styles first. */
  readonly reduced: boolean = $derived(this.choice === 'reduced' || this.#systemReduces.current);

  /** True when the system asks for less motion: there is nothing left to choose. */
  get decided(): boolean {
    return this.#systemReduces.current;
  }

  /** Takes what was chosen on an earlier visit or in another tab. */
  restore(): void {
    this.choice = parse(remembered());
  }

  toggle(): void {
    this.choice = this.choice === 'reduced' ? 'system' : 'reduced';
    try {
      localStorage.setItem(KEY, this.choice);
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

const parse = (value: string | null) => (value === 'reduced' ? 'reduced' : 'system');

export const motion = new Motion();
