import { Flow, consumer, pipeline, runLocal, sleep } from 'sluice';

/** How far a flow runs ahead of a consumer that is slower than it. Counts are events. */
export interface Held {
  readonly maxDemand: number;
  readonly events: number;
  /** Read from the source and not yet handled by the consumer, at the worst moment. */
  readonly most: number;
  /** What the demand of all subscriptions on the way allows. */
  readonly allowed: number;
  /** Bytes by which the heap was larger in the middle of the run than before it. */
  readonly bytes: number;
}

/** Layers of the flow, each of which asks the one before; the consumer asks the last. */
const HOPS = 3;

/**
 * Measures how much a flow holds while its consumer waits a moment per batch: a source, a stage that maps, two
 * more, and the consumer. (A partition would hold more: what comes for a slow one waits in a queue without limit, GS-124.)
 *
 * @param collect - Collects garbage, so that the heap shows what is held.
 */
export async function held(maxDemand: number, batches: number, collect: () => void): Promise<Held> {
  const events = batches * maxDemand;
  const minDemand = Math.floor(maxDemand / 2);
  const demand = { maxDemand, minDemand };
  let read = 0;
  let handled = 0;
  let most = 0;
  let bytes = 0;
  function* records() {
    for (; read < events; read++) yield { id: read, text: `record ${read}` };
  }
  const flow = Flow.from(records, { stages: 1, ...demand })
    .map(({ id, text }) => ({ id, text: `${text}, seen` }))
    .shuffle({ stages: 2, ...demand })
    .map(({ id, text }) => ({ id, text: `${text} twice` }));
  const slow = consumer({
    handleEvents: async (batch: { readonly id: number }[]) => {
      most = Math.max(most, read - handled);
      if (handled < events / 2 && handled + batch.length >= events / 2) bytes += heapAfter(collect);
      await sleep(1);
      handled += batch.length;
    },
  });
  bytes -= heapAfter(collect);
  await runLocal(
    pipeline(({ start, subscribe }) => {
      subscribe(start('slow', slow), { to: start('records', flow), cancel: 'transient', ...demand });
    }),
  ).done;
  if (handled !== events) throw new Error(`The slow consumer got ${handled} of ${events} events`);
  // Two stages each ask for as much, and the consumer asks each of them.
  return { maxDemand, events, most, allowed: maxDemand * (1 + 2 * (HOPS - 1)), bytes };
}

function heapAfter(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** The figures as a line of text. */
export function heldLine({ maxDemand, events, most, allowed, bytes }: Held): string {
  return (
    `  slow consumer, maxDemand ${maxDemand}: at most ${most} of ${events.toLocaleString('en')} events under way, where demand ` +
    `allows ${allowed}; the heap holds ${(bytes / 1_000).toFixed(0)} kB more`
  );
}
