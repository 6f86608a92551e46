import { describe, expect, it } from 'vitest';
import {
  StageHost,
  consumer,
  pipeline,
  producer,
  producerConsumer,
  seededRandom,
  viewOfPlan,
  type Plan,
  type RemoteEnvelope,
} from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { expectRunLaws } from '../../laws/run-laws.ts';

const LIMIT = 40;
const numbers = producer({
  init: () => 0,
  handleDemand: (demand, next) => {
    const events = Array.from({ length: Math.min(demand, LIMIT - next) }, (_, i) => next + i);
    return { events, state: next + events.length };
  },
  handleCall: (request, next) => ({ reply: [request, next] }),
});
const double = producerConsumer({
  handleEvents: (events: number[]) => ({ events: events.flatMap((n) => [n, n]) }),
});
const sink = consumer<number>({ handleEvents: () => undefined });

const plan = pipeline(({ start, subscribe }) => {
  const a = start('a', numbers);
  const b = start('b', double);
  subscribe(b, { to: a, maxDemand: 6, minDemand: 2 });
  subscribe(start('c', sink), { to: b, maxDemand: 5, minDemand: 1 });
});

/** Hosts whose messages wait on the way, in order per pair, until chance lets them arrive. */
class Cluster {
  readonly hosts: readonly StageHost[];
  readonly #onTheWay = new Map<string, { to: number; envelopes: RemoteEnvelope[] }>();
  readonly #random: () => number;

  constructor(program: Plan, placement: Readonly<Record<string, number>>, seed: number) {
    const workers = Math.max(...Object.values(placement)) + 1;
    this.#random = seededRandom(seed);
    this.hosts = Array.from(
      { length: workers },
      (_, worker) =>
        new StageHost({
          worker,
          workers,
          placement,
          scheduler: new VirtualScheduler(),
          random: this.#random,
          trace: 'full',
          capacity: 10_000,
          onRemote: (envelope, to) => {
            const way = this.#onTheWay.get(`${worker}→${to}`) ?? { to, envelopes: [] };
            way.envelopes.push(structuredClone(envelope));
            this.#onTheWay.set(`${worker}→${to}`, way);
          },
        }),
    );
    for (const { id, definition, arg } of program.stages) this.of(placement[id]).start(id, definition, arg);
    for (const subscription of program.subscriptions)
      this.of(placement[subscription.consumer]).subscribe(subscription);
  }

  of(worker: number | undefined): StageHost {
    const host = this.hosts[worker ?? -1];
    if (!host) throw new Error(`no host ${worker}`);
    return host;
  }

  /** Anything that may happen next, until nothing may. */
  settle(): void {
    for (;;) {
      const steps = [
        ...this.hosts.flatMap((host) => host.ready().map((id) => () => void host.step(id))),
        ...[...this.#onTheWay.values()].flatMap(({ to, envelopes }) => {
          const first = envelopes[0];
          return first ? [() => this.#arrive(to, envelopes, first)] : [];
        }),
      ];
      const step = steps[Math.floor(this.#random() * steps.length)];
      if (!step) return;
      step();
    }
  }

  entries() {
    return this.hosts.flatMap((host) => host.recorder.take()).sort((a, b) => a.seq - b.seq);
  }

  #arrive(to: number, envelopes: RemoteEnvelope[], first: RemoteEnvelope): void {
    envelopes.shift();
    this.of(to).receive(first);
  }
}

describe('StageHost, several of them', () => {
  it('keep the laws of a run wherever stages are placed and whenever messages arrive', () => {
    for (const placement of [
      { a: 0, b: 1, c: 2 },
      { a: 0, b: 1, c: 0 },
      { a: 1, b: 1, c: 0 },
    ]) {
      for (let seed = 1; seed <= 30; seed++) {
        const cluster = new Cluster(plan, placement, seed);
        cluster.settle();
        const entries = cluster.entries();
        expect(new Set(entries.map(({ seq }) => seq)).size).toBe(entries.length);
        expectRunLaws({ plan: viewOfPlan(plan), entries, seed, ended: 'idle' });
        const handled = entries.filter((entry) => entry.type === 'begin' && entry.stage === 'c');
        expect(
          handled.reduce((sum, entry) => sum + (entry.type === 'begin' ? (entry.count ?? 0) : 0), 0),
        ).toBe(2 * LIMIT);
        const sent = cluster.hosts.reduce((sum, host) => sum + host.sent, 0);
        expect(cluster.hosts.reduce((sum, host) => sum + host.received, 0)).toBe(sent);
        expect(cluster.hosts.every((host) => host.idle)).toBe(true);
      }
    }
  });

  it('GS-164 hear of an end on another worker, stage by stage', () => {
    const cluster = new Cluster(plan, { a: 0, b: 1, c: 2 }, 5);
    cluster.settle();
    cluster.of(0).kill('a', 'out of order');
    cluster.settle();
    const exits = cluster.entries().filter((entry) => entry.type === 'exit');
    expect(exits.map((entry) => [entry.stage, entry.type === 'exit' && entry.reason])).toEqual([
      ['a', 'out of order'],
      ['b', 'out of order'],
      ['c', 'out of order'],
    ]);
  });

  it('keep what they counted on a subscription after its end', () => {
    const cluster = new Cluster(plan, { a: 0, b: 1, c: 2 }, 5);
    cluster.settle();
    cluster.of(1).kill('b');
    cluster.settle();
    const counted = (worker: number) => cluster.of(worker).counters().subscriptions;
    expect(counted(0)).toContainEqual({
      subscription: 'b←a',
      consumer: 'b',
      producer: 'a',
      asked: 0,
      dispatched: LIMIT,
      pending: 0,
      lost: 0,
    });
    expect(counted(2).find(({ subscription }) => subscription === 'c←b')?.asked).toBeGreaterThanOrEqual(
      2 * LIMIT,
    );
  });

  it('answer calls, and fail those that nobody can answer any more', async () => {
    const cluster = new Cluster(plan, { a: 0, b: 1, c: 2 }, 5);
    cluster.settle();
    const answer = cluster.of(0).call('a', 'how far?');
    cluster.settle();
    await expect(answer).resolves.toEqual(['how far?', LIMIT]);
    const late = cluster.of(0).call('a', 'still there?');
    cluster.of(0).kill('a');
    await expect(late).rejects.toThrow('it ended with "killed"');
    await expect(cluster.of(0).call('a', 'hello?')).rejects.toThrow('it ended with "noproc"');
  });
});
