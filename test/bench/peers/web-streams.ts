import { countWord, splitLine } from '../text.ts';
import type { Counts, Peer } from './peer.ts';

const WAITING = new CountQueuingStrategy({ highWaterMark: 1_000 });

function integersOf(events: number): ReadableStream<number> {
  let next = 0;
  return new ReadableStream<number>(
    {
      pull(controller) {
        while (next < events && (controller.desiredSize ?? 0) > 0) controller.enqueue(next++);
        if (next === events) controller.close();
      },
    },
    WAITING,
  );
}

function mapping<In, Out>(step: (event: In) => Out): TransformStream<In, Out> {
  const transform = (event: In, controller: TransformStreamDefaultController<Out>) =>
    controller.enqueue(step(event));
  return new TransformStream({ transform }, WAITING, WAITING);
}

function filtering<Event>(keeps: (event: Event) => boolean): TransformStream<Event, Event> {
  const transform = (event: Event, controller: TransformStreamDefaultController<Event>) => {
    if (keeps(event)) controller.enqueue(event);
  };
  return new TransformStream({ transform }, WAITING, WAITING);
}

function elementsOf<Event>(events: readonly Event[]): ReadableStream<Event> {
  const rest = events.values();
  return new ReadableStream<Event>(
    {
      pull(controller) {
        while ((controller.desiredSize ?? 0) > 0) {
          const { done, value } = rest.next();
          if (done) return controller.close();
          controller.enqueue(value);
        }
      },
    },
    WAITING,
  );
}

function splitting(): TransformStream<string, string> {
  const transform = (line: string, controller: TransformStreamDefaultController<string>) => {
    for (const word of splitLine(line)) controller.enqueue(word);
  };
  return new TransformStream({ transform }, WAITING, WAITING);
}

function forEach<Event>(events: ReadableStream<Event>, write: (event: Event) => void): Promise<void> {
  return events.pipeTo(new WritableStream({ write }, WAITING));
}

async function sum(events: ReadableStream<number>): Promise<number> {
  let total = 0;
  await forEach(events, (n) => {
    total += n;
  });
  return total;
}

async function wordCount(lines: readonly string[]): Promise<Counts> {
  const counts = new Map<string, number>();
  await forEach(elementsOf(lines).pipeThrough(splitting()), (word) => void countWord(counts, word));
  return counts;
}

export const webStreams: Peer = {
  name: 'Web Streams',
  package: null,
  passThrough: (events) => sum(integersOf(events)),
  wordCount,
  readings: (readings, add) => forEach(elementsOf(readings), add),
  chain: (events, { first, keeps, last }) =>
    sum(
      integersOf(events).pipeThrough(mapping(first)).pipeThrough(filtering(keeps)).pipeThrough(mapping(last)),
    ),
};
