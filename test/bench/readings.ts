import { seededRandom } from '#engine/time/random.ts';

/** One event of the works with windows. */
export interface Reading {
  /** Event time, ms. */
  readonly time: number;
  readonly key: string;
  readonly value: number;
}

/** How long a window is, ms. */
export const WINDOW_MS = 1_000;
/** Readings come so much later than later ones at most, ms. */
export const DISORDER_MS = 100;
const READINGS_PER_MS = 2;
const KEYS = Array.from({ length: 16 }, (_, i) => `sensor ${i}`);

let made: Reading[] = [];

/** So many readings, in the order in which they come: nearly that of their times. Made once. */
export function readingsOf(events: number): readonly Reading[] {
  if (made.length < events) {
    const random = seededRandom(11);
    made = Array.from({ length: events }, (_, i) => ({
      time: Math.floor(i / READINGS_PER_MS + random() * DISORDER_MS),
      key: KEYS[Math.floor(random() * KEYS.length)] ?? '',
      value: Math.floor(random() * 100),
    }));
  }
  return made.length === events ? made : made.slice(0, events);
}

/** Sums by key within one window. */
export type Sums = Map<string, number>;

export function addReading(sums: Sums, { key, value }: Reading): Sums {
  return sums.set(key, (sums.get(key) ?? 0) + value);
}

/** A number that tells the sums of a window from wrong ones. */
export function digestOfWindow(id: number, sums: Iterable<readonly [string, number]>): number {
  let digest = 0;
  for (const [key, sum] of sums) digest += sum * (key.length + (id % 7));
  return digest;
}

/** Windows of event time as somebody would write them by hand who has no library: a map of sums per window. */
export class WindowsByHand {
  readonly #open = new Map<number, Sums>();
  #latest = -Infinity;
  #closedBefore = -Infinity;
  digest = 0;

  add(reading: Reading): void {
    const id = Math.floor(reading.time / WINDOW_MS) * WINDOW_MS;
    if (id < this.#closedBefore) return;
    let sums = this.#open.get(id);
    if (!sums) this.#open.set(id, (sums = new Map()));
    addReading(sums, reading);
    if (reading.time <= this.#latest) return;
    this.#latest = reading.time;
    const watermark = reading.time - DISORDER_MS;
    if (watermark >= this.#closedBefore + WINDOW_MS)
      this.#close(Math.floor(watermark / WINDOW_MS) * WINDOW_MS);
  }

  finish(): number {
    this.#close(Infinity);
    return this.digest;
  }

  #close(before: number): void {
    for (const [id, sums] of this.#open) {
      if (id >= before) continue;
      this.digest += digestOfWindow(id, sums);
      this.#open.delete(id);
    }
    this.#closedBefore = before;
  }
}

const digests = new Map<number, number>();

/** The right digest: all windows at once, in a table. */
export function digestOfReadings(events: number): number {
  const known = digests.get(events);
  if (known !== undefined) return known;
  const readings = readingsOf(events);
  const sums = new Map<string, number>();
  for (const { time, key, value } of readings) {
    const place = `${time - (time % WINDOW_MS)} ${key}`;
    sums.set(place, (sums.get(place) ?? 0) + value);
  }
  let digest = 0;
  for (const [place, sum] of sums) {
    const space = place.indexOf(' ');
    digest += digestOfWindow(Number(place.slice(0, space)), [[place.slice(space + 1), sum]]);
  }
  digests.set(events, digest);
  return digest;
}
