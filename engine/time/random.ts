/**
 * Random numbers for each stage, the same for the same seed and name whatever other stages do: who runs first, and on which
 * worker, changes nothing about them.
 *
 * @param salt - For numbers of another kind with the same seed.
 */
export function randomOfStages(seed: number, salt = ''): (stage: string) => number {
  const drawn = new Map<string, () => number>();
  return (stage) => {
    let next = drawn.get(stage);
    if (!next) drawn.set(stage, (next = seededRandom(mixedSeed(seed, `${salt}\n${stage}`))));
    return next();
  };
}

/** FNV-1a of the name, begun with the seed. */
function mixedSeed(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ (seed >>> 0);
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Random numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
