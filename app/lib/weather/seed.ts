/** The greatest seed: they are 32 bits. */
export const MAX_SEED = 4_294_967_295;

/** What became of a text that was to be a seed. */
export type ReadSeed =
  { readonly ok: true; readonly seed: number } | { readonly ok: false; readonly message: string };

/** Reads a seed that somebody has typed or pasted, or says what is wrong with it. */
export function readSeed(text: string): ReadSeed {
  const digits = text.trim().replace(/[\s,_]/g, '');
  if (/^\d{1,10}$/.test(digits) && Number(digits) <= MAX_SEED) return { ok: true, seed: Number(digits) };
  return {
    ok: false,
    message: `A seed is a whole number from 0 to ${MAX_SEED.toLocaleString('en')}${text.trim() === '' ? '.' : `: not “${text.trim().slice(0, 20)}”.`}`,
  };
}

/** A seed by chance. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
