import type { SubscriptionToMake } from '../../../engine/runtime/hosted.ts';
import { findInconsistency, viewOfPlan, type TraceEntry } from 'sluice';
import { withCluster, type Cluster } from '../../support/cluster.ts';
import { chaosProgram, sharingIn, type ChaosProgram } from './chaos-plan.ts';
import type { ChaosCase, Fault } from './chaos-shapes.ts';
import { EventAccount, type Standing } from './event-account.ts';
import type { Fate } from './fates.ts';
import { Unexplained } from './unexplained.ts';

/** What a run has shown: everything explained, or the first thing that is not. */
export interface ChaosOutcome {
  readonly unexplained: string | null;
  /** How many events had which fate. */
  readonly fates: ReadonlyMap<Fate, number>;
  readonly entries: readonly TraceEntry[];
  /** Faults that did something. */
  readonly done: ReadonlySet<Fault['what']>;
}

/** How much longer a slow link takes, ms of virtual time. */
const DELAYS_MS = [1, 5, 50, 1_000] as const;

/** Steps within which a run must come to rest. */
const MAX_STEPS = 30_000;

/** Runs a case on the virtual scheduler, on several hosts, and follows every event. */
export async function runChaos(one: ChaosCase): Promise<ChaosOutcome> {
  const program = chaosProgram(one.shape);
  const { plan } = program;
  const names = [...plan.stages, ...plan.supervisors, ...plan.flows].map(({ id }) => id);
  const placement = Object.fromEntries(
    names.map((id, i) => [id, (one.places[i % one.places.length] ?? 0) % one.workers]),
  );
  return withCluster(plan, { placement, seed: one.seed }, async (cluster) => {
    const faults = new Faults(cluster);
    for (const fault of one.faults) {
      for (let step = 0; step < fault.after && (await cluster.step()); step++);
      faults.inject(fault);
    }
    // Half of the runs end with what is frozen as it is.
    if (one.seed % 2 === 0) faults.thaw();
    await cluster.settle(MAX_STEPS);
    return outcome(cluster, { ...program, one }, faults);
  });
}

function outcome(
  cluster: Cluster,
  { plan, journal, one }: ChaosProgram & { readonly one: ChaosCase },
  faults: Faults,
): ChaosOutcome {
  const account = new EventAccount((stage) => sharingIn(plan, one.shape, stage));
  const entries = cluster.takeEntries();
  const result = (unexplained: string | null): ChaosOutcome => {
    return { unexplained, fates: account.fates, entries, done: faults.done };
  };
  try {
    for (const entry of entries) account.take(entry);
    account.close(standingIn(cluster), journal);
    const odd = findInconsistency(viewOfPlan(plan), entries);
    return result(odd && `entry ${odd.seq} ${odd.problem}`);
  } catch (error) {
    if (error instanceof Unexplained) return result(error.message);
    throw error;
  }
}

function standingIn(cluster: Cluster): Standing {
  const statuses = new Map(
    cluster.hosts.flatMap((host) =>
      host.counters().stages.map(({ stage, status }) => [stage, status] as const),
    ),
  );
  return {
    stage: (id) => {
      const status = statuses.get(id);
      const inside = cluster.hostOf(id).snapshot(id);
      if (!inside || status === 'exited' || status === 'crashed') return null;
      const { buffered, mode } = inside;
      return { buffered, mode, isBusy: cluster.hostOf(id).busy.includes(id) };
    },
    isHeldUp: (consumer) => cluster.hostOf(consumer).snapshot(consumer)?.frozen ?? false,
  };
}

/** Does to a run what a case says. */
class Faults {
  readonly done = new Set<Fault['what']>();
  readonly #cluster: Cluster;
  #subscriptions = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  inject({ what, which }: Fault): void {
    const { stages, supervisors, subscriptions } = this.#cluster.plan;
    const of = <Item>(items: readonly Item[]) => items[which % items.length];
    const stage = of(stages)?.id ?? '';
    const victim = of([...stages, ...supervisors])?.id ?? '';
    const source = of(stages.filter(({ definition }) => definition.kind === 'producer'))?.id ?? '';
    const subscription = of(subscriptions);
    const host = this.#cluster.hostOf(stage);
    this.done.add(what);
    switch (what) {
      case 'crash':
        return void this.#cluster.hostOf(victim).faults.crash(victim, 'injected');
      case 'freeze':
        return void host.faults.freeze(stage);
      case 'thaw':
        return this.thaw();
      case 'slowLink':
        return this.#slow(subscription, DELAYS_MS[(which >> 3) % DELAYS_MS.length] ?? 0);
      case 'quickLinks':
        for (const link of subscriptions) this.#slow(link, 0);
        return;
      case 'throw':
        return host.tell(stage, { type: 'info', request: 'throw' });
      case 'kill':
        return this.#cluster.hostOf(victim).kill(victim);
      case 'stop':
        return host.tell(stage, { type: 'info', request: 'stop' });
      case 'exit':
        return host.exit(stage, of(['shutdown', 'kill', 'enough']));
      case 'cancel':
        if (!subscription) return;
        return this.#cluster
          .hostOf(subscription.producer)
          .cancel(subscription.producer, subscription.id, of(['normal', 'no more']));
      case 'subscribe':
        return this.#subscribe(which);
      case 'push':
        return this.#cluster.hostOf(source).tell(source, { type: 'cast', request: 1 + (which % 7) });
      case 'hold':
      case 'release': {
        const mode = what === 'hold' ? 'accumulate' : 'forward';
        return this.#cluster.hostOf(source).tell(source, { type: 'demandMode', mode });
      }
      default:
        this.done.delete(what);
    }
  }

  /** Lets everybody go on. */
  thaw(): void {
    for (const { id } of this.#cluster.plan.stages) this.#cluster.hostOf(id).faults.thaw(id);
  }

  #slow(link: SubscriptionToMake | undefined, delayMs: number): void {
    if (!link) return;
    const { id: subscription, consumer, producer } = link;
    const ends = new Set([this.#cluster.hostOf(consumer), this.#cluster.hostOf(producer)]);
    for (const host of ends) host.faults.slowLink({ subscription, consumer, delayMs });
  }

  /** One more subscription, to a producing stage that comes before. */
  #subscribe(which: number): void {
    const { stages } = this.#cluster.plan;
    const consumers = stages.filter(({ definition }) => definition.kind !== 'producer');
    const consumer = consumers[which % consumers.length];
    const before = stages.slice(0, consumer ? stages.indexOf(consumer) : 0);
    const producers = before.filter(({ definition }) => definition.kind !== 'consumer');
    const producer = producers[(which >> 3) % producers.length];
    if (!consumer || !producer) return;
    const id = `late ${++this.#subscriptions}`;
    const options = { maxDemand: 1 + (which % 5), cancel: 'temporary', partition: which % 3 } as const;
    this.#cluster
      .hostOf(consumer.id)
      .subscribeTo(consumer.id, { id, producer: producer.id, options })
      // A stage that ends does not answer.
      .catch(() => undefined);
  }
}
