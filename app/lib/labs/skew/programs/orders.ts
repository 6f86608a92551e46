/** An order as it comes in: its number, from 0, and the city that it comes from, which is its key. */
export interface Order {
  readonly n: number;
  readonly key: string;
}

/** How many of every hundred orders come from a city. */
export type Shares = Readonly<Record<string, number>>;

const SEED = 12;

/** The same orders in every run: of every hundred, each city has its share, mixed by the seed. */
export function ordersOf(shares: Shares, count: number): readonly Order[] {
  const hundred = Object.entries(shares).flatMap(([city, share]) => Array<string>(share).fill(city));
  const random = randomOf(SEED);
  const orders: Order[] = [];
  while (orders.length < count && hundred.length > 0) {
    for (const key of mixed(hundred, random)) orders.push({ n: orders.length, key });
  }
  return orders.slice(0, count);
}

/** The lane of a key: equal keys have the same one, on every worker and in every run. */
export function laneOf(key: string, lanes: number): number {
  return hashOf(key) % lanes;
}

/** What an event costs a lane, in ms: 4 to 20. */
export function workMs(n: number): number {
  return 4 + ((n * 11) % 17);
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // As MurmurHash3 ends: texts that are nearly alike get numbers that are not.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(items: readonly string[], random: () => number): readonly string[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] ?? '', all[i] ?? ''];
  }
  return all;
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
