import type { RecordOf } from '../../storage/schemas.ts';
import { MAX_DOTS, MAX_DOT_TEXT } from '../../storage/schemas.ts';
import type { RunDot, SpeedTarget } from './run-dot.ts';

/** Where measured runs are kept. */
export interface DotStore {
  get(kind: 'speed', id: string): Promise<RecordOf<'speed'> | null>;
  put(kind: 'speed', id: string, value: RecordOf<'speed'>): Promise<void>;
}

/** The measured runs of one lesson step, and what somebody wants to reach in it. They stay from visit to visit. */
export class MeasuredRuns {
  /** Oldest first; at most {@link MAX_DOTS}. */
  dots: readonly RunDot[] = $state.raw([]);
  target: SpeedTarget | null = $state.raw(null);
  /** The one that was added last in this visit: of the run that is shown, if it was measured. */
  latest: string | null = $state.raw(null);
  readonly #store: () => DotStore;
  #id: string | null = null;

  /** @param store - Asked for when it is needed first. */
  constructor(store: () => DotStore) {
    this.#store = store;
  }

  /** Shows the runs of a step, by its id in the store. */
  async open(id: string): Promise<void> {
    if (this.#id === id) return;
    this.#id = id;
    this.#show([], null);
    const kept = await this.#store().get('speed', id);
    // A run may have been measured meanwhile, or another step opened.
    if (this.#id !== id || !kept) return;
    this.dots = [...kept.dots, ...this.dots].slice(-MAX_DOTS);
    this.target ??= kept.target ?? null;
  }

  add(dot: RunDot): void {
    const { text, ...rest } = dot;
    const isShort = text !== undefined && text.length <= MAX_DOT_TEXT;
    this.dots = [...this.dots, isShort ? dot : rest].slice(-MAX_DOTS);
    this.latest = dot.id;
    this.#keep();
  }

  remove(id: string): void {
    this.replace(this.dots.filter((dot) => dot.id !== id));
  }

  /** All there are from now on: none of them, or those that were taken away by mistake. */
  replace(dots: readonly RunDot[]): void {
    this.dots = dots;
    this.#keep();
  }

  aim(target: SpeedTarget | null): void {
    this.target = target;
    this.#keep();
  }

  #show(dots: readonly RunDot[], target: SpeedTarget | null): void {
    this.dots = dots;
    this.target = target;
    this.latest = null;
  }

  #keep(): void {
    if (this.#id === null) return;
    void this.#store().put('speed', this.#id, {
      dots: this.dots.map((dot) => ({ ...dot, settings: { ...dot.settings } })),
      ...(this.target && { target: { ...this.target } }),
    });
  }
}
