import { countWord, splitLine } from '../text.ts';
import type { Counts, Peer } from './peer.ts';

/** The integers from 0, as many as there are events. */
export function* integers(events: number): Generator<number> {
  for (let n = 0; n < events; n++) yield n;
}

function* mapped<In, Out>(events: Iterable<In>, step: (event: In) => Out): Generator<Out> {
  for (const event of events) yield step(event);
}

function* filtered<Event>(events: Iterable<Event>, keeps: (event: Event) => boolean): Generator<Event> {
  for (const event of events) if (keeps(event)) yield event;
}

function sum(events: Iterable<number>): number {
  let total = 0;
  for (const n of events) total += n;
  return total;
}

async function* integersLater(events: number): AsyncGenerator<number> {
  for (let n = 0; n < events; n++) yield n;
}

async function* mappedLater<In, Out>(
  events: AsyncIterable<In>,
  step: (event: In) => Out,
): AsyncGenerator<Out> {
  for await (const event of events) yield step(event);
}

async function* filteredLater<Event>(
  events: AsyncIterable<Event>,
  keeps: (event: Event) => boolean,
): AsyncGenerator<Event> {
  for await (const event of events) if (keeps(event)) yield event;
}

async function sumLater(events: AsyncIterable<number>): Promise<number> {
  let total = 0;
  for await (const n of events) total += n;
  return total;
}

function* words(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield* splitLine(line);
}

function* elements<Event>(events: readonly Event[]): Generator<Event> {
  for (const event of events) yield event;
}

async function* wordsLater(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) for (const word of splitLine(line)) yield word;
}

async function* elementsLater<Event>(events: readonly Event[]): AsyncGenerator<Event> {
  for (const event of events) yield event;
}

export const generators: Peer = {
  name: 'generators',
  package: null,
  passThrough: (events) => sum(integers(events)),
  chain: (events, { first, keeps, last }) =>
    sum(mapped(filtered(mapped(integers(events), first), keeps), last)),
  wordCount: (lines) => {
    const counts = new Map<string, number>();
    for (const word of words(elements(lines))) countWord(counts, word);
    return counts;
  },
  readings: (readings, add) => {
    for (const reading of elements(readings)) add(reading);
  },
};

export const asyncGenerators: Peer = {
  name: 'async generators',
  package: null,
  passThrough: (events) => sumLater(integersLater(events)),
  chain: (events, { first, keeps, last }) =>
    sumLater(mappedLater(filteredLater(mappedLater(integersLater(events), first), keeps), last)),
  wordCount: async (lines): Promise<Counts> => {
    const counts = new Map<string, number>();
    for await (const word of wordsLater(elementsLater(lines))) countWord(counts, word);
    return counts;
  },
  readings: async (readings, add) => {
    for await (const reading of elementsLater(readings)) add(reading);
  },
};
