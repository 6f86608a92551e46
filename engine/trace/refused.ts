/** Workers of a run. */
export const MAX_WORKERS = 1_024;
/** Characters of one line: an entry of 1,000 records has some hundred thousand. */
export const MAX_LINE = 16_000_000;
/** Levels of what one line holds; entries have 6, blocks of them 9, plans 5. */
const MAX_DEPTH = 24;

/** Refuses what is nested so deeply that going through it could break whoever does. */
export function refuseDepth(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw new Error(`it has more than ${MAX_DEPTH} levels`);
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (let i = 0; i < items.length; i += 1) refuseDepth(items[i], depth + 1);
}

/** Refuses what is said once and would, said as often as it holds, be longer than a line may. */
export function refuseRepeated(what: string, text: string, times: number): void {
  if (text.length * times > MAX_LINE) throw new Error(`${what} is too long to hold for ${times} entries`);
}

/** What every object has must not be taken for a stage. */
export function refuseName(what: string, name: string): void {
  if (name in Object.prototype) throw new Error(`${what} cannot be called "${name}"`);
}
