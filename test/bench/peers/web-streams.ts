import type { Peer } from './peer.ts';

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

async function sum(events: ReadableStream<number>): Promise<number> {
  let total = 0;
  const write = (n: number) => {
    total += n;
  };
  await events.pipeTo(new WritableStream({ write }, WAITING));
  return total;
}

export const webStreams: Peer = {
  name: 'Web Streams',
  package: null,
  passThrough: (events) => sum(integersOf(events)),
  chain: (events, { first, keeps, last }) =>
    sum(
      integersOf(events).pipeThrough(mapping(first)).pipeThrough(filtering(keeps)).pipeThrough(mapping(last)),
    ),
};
