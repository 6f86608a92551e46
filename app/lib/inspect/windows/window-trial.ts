import {
  Flow,
  Window,
  consumer,
  pipeline,
  producer,
  runVirtual,
  self,
  type TraceValue,
  type WindowingView,
} from 'sluice';
import { WindowLog, type StageWindows } from '../../view/window-log.ts';
import { orderedEvents, sessionKey, type ArrivalOrder, type ArrivalStep } from '../../view/window-order.ts';

/** All that windows look at in an event. */
interface Told {
  readonly timeMs: number;
  readonly key: TraceValue;
}

/** What the windows of a stage make of events in some order. */
export interface WindowTrial {
  readonly order: ArrivalOrder;
  readonly own: StageWindows;
}

/** Entries a trial may take: of so many events as are tried at most, each in a batch of its own. */
const MOST_ENTRIES = 200_000;
/** More than any trial sends, so that what is sent is delivered at once and in the batches it is sent in. */
const UNBOUNDED = 1_000_000;
/** Between two batches that came at the same time: they keep their order. */
const APART_MS = 0.001;

/** Windows as a plan tells of them, for events of which nothing but times and keys is known. */
export function windowOf(view: WindowingView): Window<Told> {
  let window = ofType(view);
  if (view.every !== null) window = window.triggerEvery(view.every);
  for (const ms of view.periodicallyMs) window = window.triggerPeriodically(ms, 'millisecond');
  if (view.allowedLatenessMs > 0) window = window.allowedLateness(view.allowedLatenessMs, 'millisecond');
  if (view.outOfOrdernessMs !== null) window = window.outOfOrderness(view.outOfOrdernessMs, 'millisecond');
  if (view.idleAfterMs !== null) window = window.idleAfter(view.idleAfterMs, 'millisecond');
  return window;
}

function ofType({ type, length, step }: WindowingView): Window<Told> {
  const by = ({ timeMs }: Told) => timeMs;
  switch (type) {
    case 'fixed':
      return Window.fixed(length, 'millisecond', by);
    case 'sliding':
      return Window.sliding(length, step, 'millisecond', by);
    case 'session':
      return Window.session(length, 'millisecond', by, { key: ({ key }: Told) => key });
    case 'count':
      return Window.count(length);
    case 'periodic':
      return Window.periodic(length, 'millisecond');
    case 'global':
      return Window.global();
  }
}

/**
 * Sends events to windows of the same kind in the engine itself, on virtual time: batch by batch, from as many upstreams, as far
 * apart by the clock as they came. Nothing of the program runs: events are counted, whatever it makes of them.
 */
export async function tryWindows(windowing: WindowingView, order: ArrivalOrder): Promise<WindowTrial> {
  const steps = inTime(order.steps);
  const program = pipeline(({ start, subscribe }) => {
    const producers = order.upstreams.map(({ subscription }, i) =>
      start(`upstream ${i + 1}`, sending(steps.filter(({ step }) => step.subscription === subscription))),
    );
    const counted = Flow.fromStages(producers, {
      stages: 1,
      maxDemand: UNBOUNDED,
      minDemand: 0,
      window: windowOf(windowing),
    })
      .reduce(
        () => 0,
        (count) => count + 1,
      )
      .onTrigger((count) => ({ events: [count] }));
    const sink = consumer({ handleEvents: () => undefined });
    subscribe(start('sink', sink), { to: start('windows', counted), cancel: 'temporary' });
  });
  const { plan, entries } = await runVirtual(program, { seed: 1, entryBudget: MOST_ENTRIES, trace: 'full' });
  const log = new WindowLog(plan);
  log.update(entries);
  const [own] = log.stages;
  if (!own) throw new Error('a trial has one stage with windows');
  return { order, own: named(own, order) };
}

/** What an upstream sends and when, whether or not it was asked for; one that has not ended is silent from then on. */
function sending(steps: readonly { readonly afterMs: number; readonly step: ArrivalStep }[]) {
  return producer<Told, null>({
    init: () => {
      for (const { afterMs, step } of steps) self().sendAfter(step, afterMs);
      return null;
    },
    handleDemand: () => ({ events: [] }),
    handleInfo: (message) => {
      const step = steps.find((own) => own.step === message)?.step;
      if (step?.type !== 'batch') return { stop: 'normal' };
      return { events: step.events.map((event) => ({ timeMs: event.timeMs ?? 0, key: sessionKey(event) })) };
    },
  });
}

/** Steps in their order by the clock, no two at the same time. */
function inTime(
  steps: readonly ArrivalStep[],
): readonly { readonly afterMs: number; readonly step: ArrivalStep }[] {
  const first = steps[0]?.atMs ?? 0;
  let before = 0;
  return steps.map((step) => {
    before = Math.max(before + APART_MS, step.atMs - first);
    return { afterMs: before, step };
  });
}

/** The events and upstreams of the trial under the names they have in the run. */
function named(own: StageWindows, order: ArrivalOrder): StageWindows {
  const events = orderedEvents(order);
  const producers = new Map(
    own.upstreams.map(({ subscription }, i) => [subscription, order.upstreams[i]?.producer ?? '']),
  );
  return {
    ...own,
    batches: own.batches.map((batch) => ({
      ...batch,
      events: events
        .slice(batch.before, batch.before + batch.assign.count)
        .map(({ value, timeMs }) => (value === undefined ? timeMs : value)),
    })),
    upstreams: own.upstreams.map((upstream) => ({
      ...upstream,
      producer: producers.get(upstream.subscription) ?? upstream.producer,
    })),
  };
}
