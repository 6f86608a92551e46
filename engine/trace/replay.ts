import type { Seq, StageId, SubscriptionId, WorkerId } from '../ids.ts';
import type { StageView, SubscriptionView } from './plan-view.ts';
import type { EntryOf, TraceEntry, TraceValue } from './trace-entry.ts';

/** What a replay must know of a plan before the first entry. */
export interface ReplayPlan {
  readonly stages: readonly Pick<StageView, 'id'>[];
  readonly subscriptions: readonly Omit<SubscriptionView, 'cancel'>[];
}

export interface StageState {
  readonly status: 'absent' | 'idle' | 'busy' | 'exited' | 'crashed';
  /** Callback that runs at this moment. */
  readonly callback: string | null;
  /** Events handled by handleEvents so far. */
  readonly handled: number;
  /** Events returned by callbacks so far. */
  readonly emitted: number;
  /** Events stored in the stage's buffer. */
  readonly buffered: number;
  readonly discarded: number;
  /** The learner's state, after the last callback. */
  readonly state: TraceValue;
  /** Worker it runs on; `null` before it has started. */
  readonly worker: WorkerId | null;
  /** Events taken from the mailbox and not yet handled, oldest first. */
  readonly inHand: readonly TraceValue[];
  /** The batch that handleEvents works on. */
  readonly handling: { readonly subscription: SubscriptionId | null; readonly count: number } | null;
}

/** A batch on its way from producer to consumer. */
export interface EventsInFlight {
  /** The dispatch that sent it. */
  readonly seq: Seq;
  readonly first: number;
  readonly count: number;
  readonly events: readonly TraceValue[];
}

/** Demand on its way from consumer to producer. */
export interface AskInFlight {
  readonly seq: Seq;
  readonly count: number;
}

export interface SubscriptionState {
  readonly consumer: StageId;
  readonly producer: StageId;
  /** Asked and not yet handled, as the consumer counts. */
  readonly pending: number;
  /** Asked and not yet dispatched, as the producer counts. */
  readonly open: number;
  /** Events asked for, sent and handled so far. */
  readonly asked: number;
  readonly dispatched: number;
  readonly handled: number;
  readonly maxDemand: number;
  readonly minDemand: number;
  /** Subscribed, and ended at neither end. */
  readonly active: boolean;
  readonly endedAtConsumer: boolean;
  readonly endedAtProducer: boolean;
  readonly eventsInFlight: readonly EventsInFlight[];
  readonly asksInFlight: readonly AskInFlight[];
}

/** A run at one moment. Never mutated: neighbouring moments share what did not change. */
export interface PipelineState {
  readonly stages: Readonly<Record<StageId, StageState>>;
  readonly subscriptions: Readonly<Record<SubscriptionId, SubscriptionState>>;
  /** The last entry applied; 0 before the first. */
  readonly lastSeq: Seq;
  /** The latest time among the entries applied. */
  readonly atMs: number;
}

const ABSENT: StageState = {
  status: 'absent',
  callback: null,
  handled: 0,
  emitted: 0,
  buffered: 0,
  discarded: 0,
  state: null,
  worker: null,
  inHand: [],
  handling: null,
};

function quiet(
  link: Pick<SubscriptionState, 'consumer' | 'producer' | 'maxDemand' | 'minDemand'>,
): SubscriptionState {
  return {
    consumer: link.consumer,
    producer: link.producer,
    maxDemand: link.maxDemand,
    minDemand: link.minDemand,
    pending: 0,
    open: 0,
    asked: 0,
    dispatched: 0,
    handled: 0,
    active: false,
    endedAtConsumer: false,
    endedAtProducer: false,
    eventsInFlight: [],
    asksInFlight: [],
  };
}

/** The moment before the first entry: no stage runs, nothing is subscribed. */
export function emptyState(plan: ReplayPlan): PipelineState {
  return {
    stages: Object.fromEntries(plan.stages.map(({ id }) => [id, ABSENT])),
    subscriptions: Object.fromEntries(plan.subscriptions.map((link) => [link.id, quiet(link)])),
    lastSeq: 0,
    atMs: 0,
  };
}

/** The state after one more entry. An entry about a subscription nobody announced changes the stage alone. */
export function advance(state: PipelineState, entry: TraceEntry): PipelineState {
  const next = apply(state, entry);
  return { ...next, lastSeq: entry.seq, atMs: Math.max(state.atMs, entry.atMs) };
}

/** The state after the first `n` entries. For many positions of one trace, keep a {@link Replay}. */
export function replay(plan: ReplayPlan, entries: readonly TraceEntry[], n: number): PipelineState {
  let state = emptyState(plan);
  for (const entry of entries.slice(0, n)) state = advance(state, entry);
  return state;
}

/** Entries between two kept states: what going back one entry may cost. */
const CHECKPOINT_ENTRIES = 256;

/** Any position of a trace, quickly in both directions, also while the trace still grows. */
export class Replay {
  readonly #plan: ReplayPlan;
  #entries: readonly TraceEntry[];
  /** Invariant: `#checkpoints[i]` is the state after the first `i * CHECKPOINT_ENTRIES` entries. */
  readonly #checkpoints: PipelineState[];
  /** The position asked for last: the next is often its neighbour. */
  #last: { readonly n: number; readonly state: PipelineState };

  constructor(plan: ReplayPlan, entries: readonly TraceEntry[]) {
    this.#plan = plan;
    this.#entries = entries;
    const start = emptyState(plan);
    this.#checkpoints = [start];
    this.#last = { n: 0, state: start };
  }

  /** Positions are 0 (nothing happened) to this. */
  get length(): number {
    return this.#entries.length;
  }

  /** The state after the first `n` entries; `n` is clamped to what there is. */
  at(n: number): PipelineState {
    const target = Math.min(Math.max(Math.trunc(n), 0), this.#entries.length);
    const nearest = Math.min(Math.floor(target / CHECKPOINT_ENTRIES), this.#checkpoints.length - 1);
    let position = nearest * CHECKPOINT_ENTRIES;
    let state = this.#checkpoints[nearest] ?? emptyState(this.#plan);
    if (this.#last.n > position && this.#last.n <= target) {
      position = this.#last.n;
      state = this.#last.state;
    }
    for (; position < target; position += 1) {
      const entry = this.#entries[position];
      if (!entry) break;
      state = advance(state, entry);
      const applied = position + 1;
      if (applied === this.#checkpoints.length * CHECKPOINT_ENTRIES) this.#checkpoints.push(state);
    }
    this.#last = { n: target, state };
    return state;
  }

  /**
   * Goes on with a longer version of the same trace: entries appended, late ones of another worker inserted near
   * the end. What was computed for the common beginning stays.
   */
  update(entries: readonly TraceEntry[]): void {
    const before = this.#entries;
    // Nothing is ever removed, so an equal entry at the same index means an equal beginning.
    const same = (n: number): boolean => n === 0 || (n <= entries.length && before[n - 1] === entries[n - 1]);
    while (!same((this.#checkpoints.length - 1) * CHECKPOINT_ENTRIES)) this.#checkpoints.pop();
    if (!same(this.#last.n)) this.#last = { n: 0, state: emptyState(this.#plan) };
    this.#entries = entries;
  }
}

function apply(state: PipelineState, entry: TraceEntry): PipelineState {
  const stage = state.stages[entry.stage] ?? ABSENT;
  switch (entry.type) {
    case 'start':
      return withStage(state, entry, {
        status: 'idle',
        callback: null,
        state: entry.state,
        worker: entry.worker,
      });
    case 'subscribe':
      return withSubscription(state, entry.subscription, {
        ...quiet({ ...entry, consumer: entry.stage }),
        active: true,
      });
    case 'subscribed':
      return changeSubscription(state, entry.subscription, (link) => ({
        active: !link.endedAtConsumer && !link.endedAtProducer,
      }));
    case 'ask':
      return changeSubscription(state, entry.subscription, (link) => ({
        pending: entry.pending,
        asked: link.asked + entry.count,
        asksInFlight: link.endedAtProducer
          ? link.asksInFlight
          : [...link.asksInFlight, { seq: entry.seq, count: entry.count }],
      }));
    case 'asked':
      return changeSubscription(state, entry.subscription, (link) => ({
        open: entry.open,
        asksInFlight: link.asksInFlight.filter((ask) => ask.seq !== entry.cause),
      }));
    case 'dispatch':
      return changeSubscription(state, entry.subscription, (link) => ({
        open: entry.open,
        dispatched: link.dispatched + entry.count,
        eventsInFlight: link.endedAtConsumer
          ? link.eventsInFlight
          : [
              ...link.eventsInFlight,
              { seq: entry.seq, first: entry.first, count: entry.count, events: entry.events },
            ],
      }));
    case 'deliver':
      return deliver(state, entry);
    case 'begin':
      return withStage(state, entry, {
        status: 'busy',
        callback: entry.callback,
        worker: entry.worker,
        ...(entry.callback === 'handleEvents' && {
          handling: { subscription: entry.subscription ?? null, count: entry.count ?? 0 },
          inHand: stage.inHand.length > 0 ? stage.inHand : (entry.events ?? []),
        }),
      });
    case 'end':
      return end(state, entry);
    case 'buffer':
    case 'unbuffer':
      return withStage(state, entry, { buffered: entry.size });
    case 'discard':
      return withStage(state, entry, { discarded: stage.discarded + entry.count });
    case 'cancel':
      return changeSubscription(state, entry.subscription, (link) => endedAt(link, entry.stage));
    case 'exit':
      return gone(state, entry, 'exited');
    case 'crash':
      return gone(state, entry, 'crashed');
    case 'drop':
    case 'queue':
    case 'lost':
    case 'restart':
    case 'task':
    case 'log':
    case 'warning':
      return state;
    default:
      return ignore(entry, state);
  }
}

/** Fails to compile while a type of entry has no case; one from a newer version changes nothing. */
function ignore(_entry: never, state: PipelineState): PipelineState {
  return state;
}

function deliver(state: PipelineState, entry: EntryOf<'deliver'>): PipelineState {
  const batch = state.subscriptions[entry.subscription]?.eventsInFlight.find(
    ({ seq }) => seq === entry.cause,
  );
  const taken = changeSubscription(state, entry.subscription, (link) => ({
    eventsInFlight: link.eventsInFlight.filter(({ seq }) => seq !== entry.cause),
  }));
  if (!batch) return taken;
  const { inHand } = state.stages[entry.stage] ?? ABSENT;
  return withStage(taken, entry, { inHand: [...inHand, ...batch.events] });
}

function end(state: PipelineState, entry: EntryOf<'end'>): PipelineState {
  const stage = state.stages[entry.stage] ?? ABSENT;
  const { handling } = stage;
  const handled = entry.callback === 'handleEvents' && handling ? handling.count : 0;
  const rested = withStage(state, entry, {
    status: stage.status === 'busy' ? 'idle' : stage.status,
    callback: null,
    handled: stage.handled + handled,
    emitted: stage.emitted + entry.count,
    state: entry.state,
    handling: null,
    inHand: stage.inHand.slice(handled),
  });
  if (entry.callback !== 'handleEvents' || !handling?.subscription) return rested;
  return changeSubscription(rested, handling.subscription, (link) => ({
    handled: link.handled + handled,
    pending: entry.pending ?? link.pending,
  }));
}

/** A stage that is gone takes along its mailbox, its buffer and its end of every subscription. */
function gone(state: PipelineState, entry: TraceEntry, status: 'exited' | 'crashed'): PipelineState {
  let next = withStage(state, entry, { status, callback: null, handling: null, inHand: [], buffered: 0 });
  for (const [id, link] of Object.entries(state.subscriptions)) {
    if (link.consumer === entry.stage || link.producer === entry.stage) {
      next = withSubscription(next, id, { ...link, ...endedAt(link, entry.stage) });
    }
  }
  return next;
}

/** What is on its way to an end that is closed never arrives; what is on its way to the other end still does. */
function endedAt(link: SubscriptionState, stage: StageId): Partial<SubscriptionState> {
  return {
    active: false,
    ...(link.consumer === stage && { endedAtConsumer: true, pending: 0, eventsInFlight: [] }),
    ...(link.producer === stage && { endedAtProducer: true, open: 0, asksInFlight: [] }),
  };
}

function withStage(state: PipelineState, entry: TraceEntry, change: Partial<StageState>): PipelineState {
  const stage = state.stages[entry.stage] ?? ABSENT;
  return { ...state, stages: { ...state.stages, [entry.stage]: { ...stage, ...change } } };
}

function withSubscription(state: PipelineState, id: SubscriptionId, link: SubscriptionState): PipelineState {
  return { ...state, subscriptions: { ...state.subscriptions, [id]: link } };
}

function changeSubscription(
  state: PipelineState,
  id: SubscriptionId,
  change: (link: SubscriptionState) => Partial<SubscriptionState>,
): PipelineState {
  const link = state.subscriptions[id];
  return link ? withSubscription(state, id, { ...link, ...change(link) }) : state;
}
