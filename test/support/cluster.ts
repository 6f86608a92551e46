import {
  StageHost,
  seededRandom,
  type Plan,
  type RemoteEnvelope,
  type StageId,
  type TraceEntry,
  type TraceLevel,
} from 'sluice';
import { sleepOn } from '../../engine/time/sleep.ts';
import { VirtualScheduler } from '../../engine/time/virtual-scheduler.ts';

/** How a cluster is made. */
export interface ClusterOptions {
  /** Which host runs what; everything that is not named is on the first one. */
  readonly placement?: Readonly<Record<StageId, number>>;
  readonly seed: number;
  readonly trace?: TraceLevel;
}

/** A plan on several hosts in virtual time. Messages wait on the way, in order per pair of hosts, until chance lets them arrive. */
export class Cluster {
  readonly plan: Plan;
  readonly hosts: readonly StageHost[];
  readonly random: () => number;
  readonly scheduler = new VirtualScheduler();
  readonly #placement: Readonly<Record<StageId, number>>;
  readonly #onTheWay = new Map<string, { readonly to: number; readonly envelopes: RemoteEnvelope[] }>();

  constructor(plan: Plan, { placement = {}, seed, trace = 'full' }: ClusterOptions) {
    this.plan = plan;
    const names = [...plan.stages, ...plan.supervisors, ...plan.flows].map(({ id }) => id);
    const placed = Object.fromEntries(names.map((id) => [id, placement[id] ?? 0]));
    this.#placement = placed;
    const workers = Math.max(...Object.values(placed)) + 1;
    this.random = seededRandom(seed);
    this.hosts = Array.from(
      { length: workers },
      (_, worker) =>
        new StageHost({
          worker,
          workers,
          placement: placed,
          supervisors: plan.supervisors,
          flows: plan.flows,
          scheduler: this.scheduler,
          random: this.random,
          trace,
          capacity: 200_000,
          onRemote: (envelope, to) => this.#send(`${worker}→${to}`, to, envelope),
        }),
    );
  }

  /** The host of a stage or supervisor. */
  hostOf(id: StageId): StageHost {
    const host = this.hosts[this.#placement[id] ?? -1];
    if (!host) throw new Error(`No host runs "${id}"`);
    return host;
  }

  /** Starts and wires everything. */
  async start(): Promise<void> {
    for (const { id, definition, arg } of this.plan.stages) void this.hostOf(id).start(id, definition, arg);
    await this.#jobs();
    while (this.hosts.some(({ busy }) => busy.length > 0) && (await this.step()));
    for (const supervisor of this.plan.supervisors) this.hostOf(supervisor.id).supervise(supervisor);
    for (const flow of this.plan.flows) this.hostOf(flow.id).coordinate(flow, this.plan.subscriptions);
    for (const one of this.plan.subscriptions) this.hostOf(one.consumer).subscribe(one);
  }

  /** One thing that may happen next does: a message arrives, or is handled; else time passes. `false` when nothing is left. */
  async step(): Promise<boolean> {
    const steps = [
      ...this.hosts.flatMap((host) => host.ready().map((id) => () => host.step(id))),
      ...[...this.#onTheWay.values()].flatMap(({ to, envelopes }) => {
        const first = envelopes[0];
        return first ? [() => this.#arrive(to, envelopes, first)] : [];
      }),
    ];
    const step = steps[Math.floor(this.random() * steps.length)];
    if (step) {
      if (step()) await this.#jobs();
      return true;
    }
    if (!this.scheduler.advance()) return false;
    await this.#jobs();
    return true;
  }

  /** Lets happen what may, until nothing may. @throws when that takes more than `maxSteps`. */
  async settle(maxSteps = 20_000): Promise<void> {
    for (let step = 0; await this.step(); step++) {
      if (step === maxSteps) throw new Error(`more than ${maxSteps} steps`);
    }
  }

  /** What all hosts have recorded since the last time, in order of `seq`. */
  takeEntries(): readonly TraceEntry[] {
    return this.hosts.flatMap((host) => host.recorder.take()).sort((a, b) => a.seq - b.seq);
  }

  #send(way: string, to: number, envelope: RemoteEnvelope): void {
    const line = this.#onTheWay.get(way) ?? { to, envelopes: [] };
    // Crosses as data, as between workers.
    line.envelopes.push(structuredClone(envelope));
    this.#onTheWay.set(way, line);
  }

  #arrive(to: number, envelopes: RemoteEnvelope[], first: RemoteEnvelope): void {
    envelopes.shift();
    this.hosts[to]?.receive(first);
  }

  /** Lets promises that wait for nothing but other promises settle. */
  async #jobs(): Promise<void> {
    const isBusy = () => this.hosts.some(({ busy }) => busy.length > 0);
    for (let job = 0; job < 20 && isBusy(); job++) await null;
  }
}

/** Does something with a cluster while nobody else's `sleep` is in use; puts it back afterwards. */
export async function withCluster<Result>(
  plan: Plan,
  options: ClusterOptions,
  use: (cluster: Cluster) => Promise<Result>,
): Promise<Result> {
  const cluster = new Cluster(plan, options);
  const before = sleepOn(cluster.scheduler);
  try {
    await cluster.start();
    return await use(cluster);
  } finally {
    sleepOn(before);
  }
}
