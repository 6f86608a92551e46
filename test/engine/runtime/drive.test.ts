import { describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION, consumer, pipeline, producer, sleep, type Plan } from 'sluice';
import { WorkerRun } from '../../../engine/runtime/worker-run.ts';
import type { RemoteEnvelope } from '../../../engine/stage/message.ts';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import type { Bell } from '../../../engine/transport/bell.ts';
import type { FromWorker } from '../../../engine/transport/protocol.ts';
import type { Transport } from '../../../engine/transport/transport.ts';

/** A line whose other end is the test, and a bell that tells what is done with it. */
class Line implements Transport {
  readonly sent: RemoteEnvelope[] = [];
  readonly waits: number[] = [];
  /** How many envelopes had left when it blocked last. */
  sentBeforeWait = 0;
  readonly bell: Bell;
  #waiting: (readonly RemoteEnvelope[])[] = [];
  #take: (envelopes: readonly RemoteEnvelope[]) => void = () => undefined;
  #then: (() => void) | null = null;
  #rung = 0;

  constructor() {
    const rung = () => this.#rung;
    this.bell = {
      get rung() {
        return rung();
      },
      ring: () => void this.#rung++,
      wait: (_, ms) => {
        this.waits.push(ms);
        this.sentBeforeWait = this.sent.length;
        return false;
      },
      whenRung: (_, then) => void (this.#then = then),
    };
  }

  send(envelopes: readonly RemoteEnvelope[]): readonly [] {
    this.sent.push(...envelopes);
    return [];
  }

  receive(take: (envelopes: readonly RemoteEnvelope[]) => void): void {
    this.#take = take;
  }

  /** Reading it fails. */
  isDamaged = false;
  isClosed = false;

  poll(): boolean {
    if (this.isDamaged && !this.isClosed) throw new Error('damaged');
    const came = this.#waiting;
    this.#waiting = [];
    for (const batch of came) this.#take(batch);
    return came.length > 0;
  }

  close(): void {
    this.isClosed = true;
    this.#waiting = [];
  }

  /** Lets a batch lie in the line, without ringing. */
  lay(...batch: readonly RemoteEnvelope[]): void {
    this.#waiting.push(batch);
  }

  /** Rings, as the other worker does; answers whether anybody listened. */
  ring(): boolean {
    this.bell.ring();
    const then = this.#then;
    this.#then = null;
    then?.();
    return then !== null;
  }

  /** Counts of the asks that have left. */
  get asks(): number[] {
    return this.sent.flatMap(({ message }) => (message.type === 'ask' ? [message.count] : []));
  }
}

/** The second of two workers: `sink` runs here, `source` at the other end of the line. */
function secondWorker(plan: Plan) {
  const scheduler = new VirtualScheduler();
  const line = new Line();
  const posted: FromWorker[] = [];
  const run = new WorkerRun({
    worker: 1,
    plan,
    post: (message) => void posted.push(message),
    scheduler,
    defer: (task) => void scheduler.after(0, task),
    bell: line.bell,
  });
  run.connect(0, line);
  run.handle({
    type: 'start',
    version: PROTOCOL_VERSION,
    workers: 2,
    placement: { source: 0, sink: 1 },
    seed: 1,
    pace: 'full',
    trace: 'counters',
    entryBudget: 1_000,
    credits: 1_000,
    reportEntries: 1_000,
  });
  run.handle({ type: 'wire' });
  const subscription = line.sent.flatMap(({ message }) =>
    message.type === 'subscribe' ? [message.subscription] : [],
  )[0];
  const events = (first: number, count: number): RemoteEnvelope => ({
    to: 'sink',
    from: 'source',
    cause: null,
    message: {
      type: 'events',
      subscription: subscription ?? '',
      first,
      events: Array.from({ length: count }, (_, i) => first + i),
    },
  });
  return { line, events, posted };
}

const source = producer({ handleDemand: () => undefined });

function handling(handleEvents: (events: number[]) => undefined | Promise<void>): Plan {
  const sink = consumer({ handleEvents: (events: number[]) => handleEvents(events) });
  return pipeline(({ start, subscribe }) => {
    subscribe(start('sink', sink), { to: start('source', source), maxDemand: 10, minDemand: 5 });
  });
}

describe('Drive', () => {
  it('lets an ask leave before the next batch of the same message is worked on', () => {
    const seen: number[][] = [];
    const { line, events } = secondWorker(
      handling(() => {
        seen.push([...line.asks]);
        return undefined;
      }),
    );
    line.lay(events(0, 10));
    expect(line.ring()).toBe(true);
    expect(seen).toEqual([[10], [10, 5]]);
    expect(line.asks).toEqual([10, 5, 5]);
  });

  it('takes what has come between two turns, without a turn of the event loop', () => {
    const handled: number[] = [];
    const { line, events } = secondWorker(
      handling((batch) => {
        handled.push(...batch);
        if (handled.length === 5) line.lay(events(5, 5));
        return undefined;
      }),
    );
    line.lay(events(0, 5));
    line.ring();
    expect(handled).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('blocks for a moment where nothing is left to do, and then has the bell call', () => {
    const { line, events } = secondWorker(handling(() => undefined));
    line.waits.length = 0;
    line.lay(events(0, 5));
    expect(line.ring()).toBe(true);
    expect(line.waits).toHaveLength(1);
    for (const ms of line.waits) expect(ms).toBeLessThanOrEqual(1);
    expect(line.ring(), 'listens again').toBe(true);
  });

  it('lets the answer to what has come leave before it blocks', () => {
    const { line } = secondWorker(handling(() => undefined));
    line.sent.length = 0;
    // Of a life that never was: the answer needs no turn of a stage.
    const message = { type: 'watch', subscription: 'other', life: 7 } as const;
    line.lay({ to: 'sink', from: 'source', cause: null, message });
    line.ring();
    expect(line.sent.map((envelope) => envelope.message.type)).toEqual(['down']);
    expect(line.sentBeforeWait).toBe(1);
  });

  it('closes a line that cannot be read, tells of it, and goes on', () => {
    const { line, posted } = secondWorker(handling(() => undefined));
    line.isDamaged = true;
    line.ring();
    expect(line.isClosed).toBe(true);
    expect(posted.filter(({ type }) => type === 'uncaught')).toMatchObject([
      { error: { message: 'damaged' } },
    ]);
    expect(line.ring(), 'listens again').toBe(true);
  });

  it('does not block while a callback waits, as what it waits for comes by the event loop', () => {
    const { line, events } = secondWorker(handling(() => sleep(5)));
    line.waits.length = 0;
    line.lay(events(0, 5));
    line.ring();
    expect(line.waits).toEqual([]);
  });
});
