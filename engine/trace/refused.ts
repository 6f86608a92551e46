/** Workers of a run. */
export const MAX_WORKERS = 1_024;
/** Levels of what one line holds; entries have 6, blocks of them 9, plans 5. */
const MAX_DEPTH = 24;

/** Refuses what is nested so deeply that going through it could break whoever does. */
export function refuseDepth(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw new Error(`it has more than ${MAX_DEPTH} levels`);
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (let i = 0; i < items.length; i += 1) refuseDepth(items[i], depth + 1);
}

/** What every object has must not be taken for a stage. */
export function refuseName(what: string, name: string): void {
  if (name in Object.prototype) throw new Error(`${what} cannot be called "${name}"`);
}
