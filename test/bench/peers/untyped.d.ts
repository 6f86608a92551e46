/** Highland brings no types: what the bench uses of it. */
declare module 'highland' {
  interface Highland<Event> {
    map<Next>(step: (event: Event) => Next): Highland<Next>;
    filter(keeps: (event: Event) => boolean): Highland<Event>;
    /** Of lists. */
    sequence(): Event extends readonly (infer Inner)[] ? Highland<Inner> : never;
    reduce<Sum>(first: Sum, step: (sum: Sum, event: Event) => Sum): Highland<Sum>;
    toPromise(constructor: PromiseConstructor): Promise<Event>;
  }
  export default function highland<Event>(events: Iterator<Event>): Highland<Event>;
}

/** Comlink types this for another way of resolving modules. */
declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { Endpoint } from 'comlink';
  import type { MessagePort, Worker } from 'node:worker_threads';

  export default function nodeEndpoint(port: MessagePort | Worker): Endpoint;
}
