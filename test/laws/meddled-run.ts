import fc from 'fast-check';
import {
  StageHost,
  seededRandom,
  viewOfPlan,
  type Plan,
  type PlanView,
  type StageSnapshot,
  type TraceEntry,
} from 'sluice';
import { sleepOn } from '../../engine/time/sleep.ts';
import { RandomTurns } from '../../engine/time/turns.ts';
import { VirtualScheduler } from '../../engine/time/virtual-scheduler.ts';

/** What somebody outside does to a run at some moment. Numbers choose among stages or subscriptions. */
export interface Meddling {
  readonly what: 'push' | 'cancel' | 'kill' | 'stop' | 'fail' | 'hold' | 'release';
  readonly at: number;
  readonly which: number;
}

/** A run that came to rest, or was cut off. */
export interface MeddledRun {
  readonly plan: PlanView;
  readonly entries: readonly TraceEntry[];
  /** How each stage stands at the end; only of those that live. */
  readonly stages: Readonly<Record<string, StageSnapshot>>;
  /** Nothing was left to do. */
  readonly rested: boolean;
  readonly meddling: readonly Meddling[];
}

const MAX_TURNS = 5_000;

/** Meddling of the given kinds, at most `most` times. */
export function meddlings(kinds: readonly Meddling['what'][], most: number): fc.Arbitrary<Meddling[]> {
  return fc.array(
    fc.record({ what: fc.constantFrom(...kinds), at: fc.nat({ max: 150 }), which: fc.nat({ max: 20 }) }),
    { maxLength: most },
  );
}

/** Runs a plan on one host: any stage that can goes next, callbacks wait in virtual time, and somebody meddles. */
export async function runMeddled(
  plan: Plan,
  seed: number,
  meddling: readonly Meddling[],
): Promise<MeddledRun> {
  const scheduler = new VirtualScheduler();
  const random = seededRandom(seed);
  const host = new StageHost({
    worker: 0,
    workers: 1,
    placement: Object.fromEntries(plan.stages.map(({ id }) => [id, 0])),
    scheduler,
    random,
    trace: 'full',
    capacity: 200_000,
    onRemote: () => undefined,
  });
  const before = sleepOn(scheduler);
  try {
    for (const { id, definition, arg } of plan.stages) await host.start(id, definition, arg);
    for (const subscription of plan.subscriptions) host.subscribe(subscription);
    const rested = await drive(host, scheduler, { plan, random, meddling });
    const stages = Object.fromEntries(
      host
        .counters()
        .stages.filter(({ status }) => status === 'waiting')
        .flatMap(({ stage }) => {
          const snapshot = host.snapshot(stage);
          return snapshot ? [[stage, snapshot] as const] : [];
        }),
    );
    return { plan: viewOfPlan(plan), entries: host.recorder.take(), stages, rested, meddling };
  } finally {
    sleepOn(before);
  }
}

interface Drive {
  readonly plan: Plan;
  readonly random: () => number;
  readonly meddling: readonly Meddling[];
}

async function drive(
  host: StageHost,
  scheduler: VirtualScheduler,
  { plan, random, meddling }: Drive,
): Promise<boolean> {
  const turns = new RandomTurns<string>(random);
  const left = [...meddling].sort((a, b) => a.at - b.at);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    while (left[0] && left[0].at <= turn) meddle(host, plan, left.shift());
    const next = turns.next(host.order, (id) => host.isReady(id));
    if (next !== null) {
      if (host.step(next)) await jobs(host);
    } else if (host.busy.length > 0 && scheduler.advance()) {
      await jobs(host);
    } else if (left.length > 0) {
      meddle(host, plan, left.shift());
    } else {
      return host.busy.length === 0;
    }
  }
  return false;
}

/** Lets promises that wait for nothing but other promises settle. */
async function jobs(host: StageHost): Promise<void> {
  for (let job = 0; job < 20 && host.busy.length > 0; job++) await null;
}

function meddle(host: StageHost, plan: Plan, meddling: Meddling | undefined): void {
  if (!meddling) return;
  const { what, which } = meddling;
  const of = <Item>(items: readonly Item[]) => items[which % items.length];
  const stage = of(plan.stages)?.id ?? '';
  const source = of(plan.stages.filter(({ definition }) => definition.kind === 'producer'))?.id ?? '';
  const subscription = of(plan.subscriptions);
  switch (what) {
    case 'push':
      return host.tell(source, { type: 'cast', request: 1 + (which % 7) });
    case 'cancel':
      if (subscription) host.cancel(subscription.producer, subscription.id, of(['normal', 'no more']));
      return;
    case 'kill':
      return host.kill(stage, 'killed');
    case 'stop':
      void host.stop(stage, of(['normal', 'shutdown', 'enough'])).catch(() => undefined);
      return;
    case 'fail':
      return host.tell(stage, { type: 'info', request: 'fail' });
    case 'hold':
      return host.tell(source, { type: 'demandMode', mode: 'accumulate' });
    case 'release':
      return host.tell(source, { type: 'demandMode', mode: 'forward' });
  }
}
