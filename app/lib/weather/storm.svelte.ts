import { MAX_STOP_CONDITIONS, type StopCondition, type Weather } from 'sluice';
import type { Storm } from './strip-text.ts';

/** A condition, and whether it counts. */
export interface StopRule {
  readonly condition: StopCondition;
  readonly isOn: boolean;
}

/** What is kept of the storm of one program. */
export interface KeptStorm {
  readonly seed: number | null;
  readonly weather: Weather;
  readonly stops: readonly StopRule[];
}

/** As long as nobody has chosen anything. */
export const CALM: KeptStorm = { seed: null, weather: [], stops: [] };

/** What the next run of a program goes through, and where it stops: chosen by whoever runs it. */
export class StormSettings {
  #kept: KeptStorm = $state.raw(CALM);
  readonly #onchange: (kept: KeptStorm) => void;

  /** @param onchange - Told of every change that somebody made here. */
  constructor(onchange: (kept: KeptStorm) => void = () => undefined) {
    this.#onchange = onchange;
  }

  /** The seed of every run; `null`: another one each time. */
  get seed(): number | null {
    return this.#kept.seed;
  }

  get weather(): Weather {
    return this.#kept.weather;
  }

  get stops(): readonly StopRule[] {
    return this.#kept.stops;
  }

  /** What a run begins with. `seed` is left out where it is to be another one. */
  get choice(): { readonly seed?: number; readonly weather: Weather } {
    const { seed, weather } = this.#kept;
    return { ...(seed !== null && { seed }), weather };
  }

  /** The conditions that count. */
  get conditions(): readonly StopCondition[] {
    return this.#kept.stops.filter(({ isOn }) => isOn).map(({ condition }) => condition);
  }

  /** Shows what was kept before. */
  open(kept: KeptStorm): void {
    this.#kept = kept;
  }

  change(change: Partial<KeptStorm>): void {
    this.#kept = { ...this.#kept, ...change };
    this.#onchange(this.#kept);
  }

  /** Takes a strip and its seed as they are. */
  take({ seed, weather }: Storm): void {
    this.change({ seed, weather });
  }

  /** Stops at one more condition; one that is there already counts again. The oldest of too many give way. */
  stopAt(condition: StopCondition): void {
    const others = this.stops.filter((rule) => !isSame(rule.condition, condition));
    this.change({ stops: [...others, { condition, isOn: true } as const].slice(-MAX_STOP_CONDITIONS) });
  }

  /** Lets a condition count, or no longer. */
  setStop(condition: StopCondition, isOn: boolean): void {
    this.change({
      stops: this.stops.map((rule) => (isSame(rule.condition, condition) ? { ...rule, isOn } : rule)),
    });
  }

  removeStop(condition: StopCondition): void {
    this.change({ stops: this.stops.filter((rule) => !isSame(rule.condition, condition)) });
  }
}

/** Whether two conditions say the same. */
export function isSame(one: StopCondition, other: StopCondition): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
