/** What crosses from one worker to the other: each kind of event, and what it counts for in the sum. */

/** A small record, as programs have them. */
export interface SmallRecord {
  readonly seq: number;
  readonly key: string;
  readonly value: number;
}

export const KINDS = ['integers', 'records'] as const;
export type Kind = (typeof KINDS)[number];

/** Keys of records: few, as those of real ones are. */
const KEYS = Array.from({ length: 16 }, (_, i) => `sensor ${i}`);

/** The n-th events of a kind, `count` of them. */
export function eventsFrom(kind: Kind, first: number, count: number): unknown[] {
  return kind === 'integers' ? integersFrom(first, count) : recordsFrom(first, count);
}

/** What events add to the sum: every part of each counts. */
export function sumOf(kind: Kind, events: readonly unknown[]): number {
  return kind === 'integers' ? sumOfIntegers(events) : sumOfRecords(events);
}

/** The sum of so many events, by counting what each part comes to. */
export function rightSum(kind: Kind, events: number): number {
  const ofNumbers = (events * (events - 1)) / 2;
  if (kind === 'integers') return ofNumbers;
  const rounds = Math.floor(events / KEYS.length);
  const lengths = KEYS.map((key) => key.length);
  const ofKeys =
    rounds * lengths.reduce((sum, length) => sum + length, 0) +
    lengths.slice(0, events % KEYS.length).reduce((sum, length) => sum + length, 0);
  // A record's value is half of its number.
  return ofNumbers + ofNumbers / 2 + ofKeys;
}

function integersFrom(first: number, count: number): number[] {
  const made: number[] = [];
  for (let i = 0; i < count; i++) made.push(first + i);
  return made;
}

function recordsFrom(first: number, count: number): SmallRecord[] {
  const made: SmallRecord[] = [];
  for (let seq = first; seq < first + count; seq++) {
    made.push({ seq, key: KEYS[seq % KEYS.length] ?? '', value: seq / 2 });
  }
  return made;
}

function sumOfIntegers(events: readonly unknown[]): number {
  let sum = 0;
  for (const n of events) sum += n as number;
  return sum;
}

function sumOfRecords(events: readonly unknown[]): number {
  let sum = 0;
  for (const event of events) {
    const { seq, key, value } = event as SmallRecord;
    sum += seq + key.length + value;
  }
  return sum;
}
