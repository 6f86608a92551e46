import type { PlanView, RunHandle } from 'sluice';
import type { Fault } from './chaos-shapes.ts';

/** How much longer a slow link takes, ms. */
const DELAYS_MS = [1, 5, 20, 50] as const;

/** Does to a run, from outside, what a case says. */
export class HandleFaults {
  readonly done = new Set<Fault['what']>();
  readonly #run: RunHandle;
  readonly #plan: PlanView;

  constructor(run: RunHandle, plan: PlanView) {
    this.#run = run;
    this.#plan = plan;
  }

  inject({ what, which }: Fault): void {
    const run = this.#run;
    const { stages, subscriptions } = this.#plan;
    const of = <Item>(items: readonly Item[]) => items[which % items.length];
    const stage = of(stages)?.id ?? '';
    const source = of(stages.filter(({ kind }) => kind === 'producer'))?.id ?? '';
    const link = of(subscriptions);
    this.done.add(what);
    switch (what) {
      case 'crash':
        return run.crash(stage, 'injected');
      case 'throw':
      case 'stop':
        return run.info(stage, what);
      case 'kill':
        return run.kill(stage);
      case 'exit':
        return run.exit(stage, of(['shutdown', 'kill', 'enough']));
      case 'freeze':
        return run.freeze(stage);
      case 'thaw':
        return this.thaw();
      case 'slowLink':
        if (link) run.slowLink(link.id, DELAYS_MS[(which >> 3) % DELAYS_MS.length] ?? 0);
        return;
      case 'quickLinks':
        return this.#quicken();
      case 'killWorker':
        return run.killWorker(which % run.now.workers);
      case 'cancel':
        if (link) run.cancel(link.id, of(['normal', 'no more']));
        return;
      case 'subscribe':
        return this.#subscribe(which);
      case 'push':
        return run.cast(source, 1 + (which % 7));
      case 'hold':
      case 'release':
        return run.demandMode(source, what === 'hold' ? 'accumulate' : 'forward');
    }
  }

  /** Lets everything go on: nothing stays frozen, slow or held back. */
  release(): void {
    this.thaw();
    this.#quicken();
    for (const { id, kind } of this.#plan.stages)
      if (kind === 'producer') this.#run.demandMode(id, 'forward');
  }

  thaw(): void {
    for (const { id } of this.#plan.stages) this.#run.thaw(id);
  }

  #quicken(): void {
    for (const { id } of this.#plan.subscriptions) this.#run.slowLink(id, 0);
  }

  /** One more subscription, to a producing stage that comes before. */
  #subscribe(which: number): void {
    const { stages } = this.#plan;
    const consumers = stages.filter(({ kind }) => kind !== 'producer');
    const consumer = consumers[which % consumers.length];
    const before = stages.slice(0, consumer ? stages.indexOf(consumer) : 0);
    const producers = before.filter(({ kind }) => kind !== 'consumer');
    const producer = producers[(which >> 3) % producers.length];
    if (!consumer || !producer) return;
    const options = { maxDemand: 1 + (which % 5), cancel: 'temporary', partition: which % 3 } as const;
    this.#run
      .subscribe(consumer.id, { to: producer.id, ...options })
      // A stage that ends does not answer.
      .catch(() => undefined);
  }
}
