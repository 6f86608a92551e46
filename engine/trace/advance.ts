import type { Seq, StageId, SubscriptionId, WorkerId } from '../ids.ts';
import { ABSENT, quiet } from './pipeline-state.ts';
import type {
  PipelineState,
  StageState,
  SubscriptionState,
  TaskState,
  WindowsState,
} from './pipeline-state.ts';
import type { EntryOf, TraceEntry, TraceValue } from './trace-entry.ts';

/** The state after one more entry. An entry about a subscription nobody announced changes the stage alone. */
export function advance(state: PipelineState, entry: TraceEntry): PipelineState {
  const next = applyTo(state, entry);
  return { ...next, lastSeq: entry.seq, atMs: Math.max(state.atMs, entry.atMs) };
}

function applyTo(state: PipelineState, entry: TraceEntry): PipelineState {
  if (entry.type === 'fault' && entry.fault === 'killWorker') return workerGone(state, entry.on);
  if (state.supervisors[entry.stage]) return supervise(state, entry);
  return state.flows[entry.stage] ? coordinate(state, entry) : apply(state, entry);
}

function apply(state: PipelineState, entry: TraceEntry): PipelineState {
  const stage = state.stages[entry.stage] ?? ABSENT;
  switch (entry.type) {
    case 'start':
      return withStage(state, entry, { ...EMPTY_HANDED, ...started(stage, entry) });
    case 'subscribe':
      return withSubscription(state, entry.subscription, {
        ...quiet(edgeOf(state, entry.subscription), { ...entry, consumer: entry.stage }),
        slowMs: slowMsOf(state, entry.subscription),
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
    case 'drop':
      return counted(state, entry, 'dropped');
    case 'lost':
      return lost(counted(state, entry, 'lost'), entry);
    case 'queue':
      return withStage(state, entry, {
        queues: { ...stage.queues, [partitionName(entry.partition)]: entry.size },
      });
    case 'task':
      return withStage(state, entry, { tasks: task(stage.tasks, entry) });
    case 'cancel':
      return changeSubscription(state, entry.subscription, (link) => endedAt(link, entry.stage));
    case 'exit':
      return gone(state, entry, 'exited');
    case 'crash':
      return gone(state, entry, 'crashed');
    case 'window':
      return withStage(state, entry, { windows: windows(stage.windows, entry) });
    case 'watermark':
      return withStage(state, entry, { windows: { ...stage.windows, watermarkMs: entry.eventMs } });
    case 'late':
      return withStage(state, entry, {
        windows: { ...stage.windows, late: stage.windows.late + entry.count },
      });
    case 'fault':
      return fault(state, entry);
    case 'restart':
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

/** What a stage has neither at its start nor after its end. */
const EMPTY_HANDED = {
  frozen: false,
  callback: null,
  handling: null,
  inHand: [],
  buffered: 0,
  queues: {},
} as const satisfies Partial<StageState>;

function started(stage: StageState, entry: EntryOf<'start'>): Partial<StageState> {
  return {
    status: 'idle',
    goneWith: null,
    life: entry.life ?? Math.max(stage.life, 1),
    state: entry.state,
    worker: entry.worker,
  };
}

/** How a partition is called in {@link StageState.queues}. */
export function partitionName(partition: TraceValue): string {
  return typeof partition === 'string' ? partition : JSON.stringify(partition);
}

/** What the later lives of a stage add to the name of a subscription: `printer←numbers@2`. */
const LATER_LIFE = /@\d+$/;

function edgeOf(state: PipelineState, id: SubscriptionId): SubscriptionId {
  return state.subscriptions[id]?.edge ?? state.subscriptions[id.replace(LATER_LIFE, '')]?.edge ?? id;
}

/** How slow a link is that a life subscribes on anew. */
function slowMsOf(state: PipelineState, id: SubscriptionId): number {
  return state.subscriptions[edgeOf(state, id)]?.slowMs ?? 0;
}

/** A supervisor has no mailbox, no events and no subscription: it starts others again, and ends. */
function supervise(state: PipelineState, entry: TraceEntry): PipelineState {
  const own = state.supervisors[entry.stage];
  if (!own) return state;
  const change = (next: Partial<typeof own>): PipelineState => ({
    ...state,
    supervisors: { ...state.supervisors, [entry.stage]: { ...own, ...next } },
  });
  switch (entry.type) {
    case 'start':
      return change({ status: 'running', reason: null });
    case 'restart':
      return change({
        restarts: own.restarts + 1,
        recent: entry.restarts,
        last: { child: entry.child, life: entry.life, reason: entry.reason },
      });
    case 'exit':
      return change({ status: 'ended', reason: entry.reason });
    case 'crash':
      return change({ status: 'ended', reason: entry.error.message });
    default:
      return state;
  }
}

/** The coordinator of a flow begins and ends its stages, and has no events of its own. */
function coordinate(state: PipelineState, entry: TraceEntry): PipelineState {
  const own = state.flows[entry.stage];
  if (!own) return state;
  const change = (next: Partial<typeof own>): PipelineState => ({
    ...state,
    flows: { ...state.flows, [entry.stage]: { ...own, ...next } },
  });
  switch (entry.type) {
    case 'start':
      return change({ status: 'running', life: entry.life ?? 1, reason: null });
    case 'exit':
      return change({ status: 'ended', reason: entry.reason });
    default:
      return state;
  }
}

function deliver(state: PipelineState, entry: EntryOf<'deliver'>): PipelineState {
  const batch = state.subscriptions[entry.subscription]?.eventsInFlight.find(
    ({ seq }) => seq === entry.cause,
  );
  const taken = arrived(state, entry.subscription, entry.cause);
  if (!batch) return taken;
  const { inHand } = state.stages[entry.stage] ?? ABSENT;
  return withStage(taken, entry, { inHand: [...inHand, ...batch.events] });
}

/** A batch is on its way no longer. */
function arrived(state: PipelineState, subscription: SubscriptionId, sent: Seq | null): PipelineState {
  return changeSubscription(state, subscription, (link) => ({
    eventsInFlight: link.eventsInFlight.filter(({ seq }) => seq !== sent),
  }));
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

/** A count that is kept at the stage, and at the subscription if the entry names one. */
function counted(
  state: PipelineState,
  entry: EntryOf<'drop'> | EntryOf<'lost'>,
  what: 'dropped' | 'lost',
): PipelineState {
  const stage = state.stages[entry.stage] ?? ABSENT;
  const next = withStage(state, entry, { [what]: stage[what] + entry.count });
  if (entry.subscription === undefined) return next;
  return changeSubscription(next, entry.subscription, (link) => ({
    [what]: link[what] + entry.count,
    // Refused events have used up demand too, until they are asked for again.
    ...(what === 'dropped' && { open: link.open - entry.count }),
  }));
}

/** Events that were lost are neither on their way any longer, nor where they were kept. */
function lost(state: PipelineState, entry: EntryOf<'lost'>): PipelineState {
  if (entry.where === 'flight' && entry.subscription !== undefined) {
    return arrived(state, entry.subscription, entry.cause);
  }
  return state;
}

/** What was done from outside. The end of a stage, or of all on a worker, is told by entries of its own. */
function fault(state: PipelineState, entry: EntryOf<'fault'>): PipelineState {
  switch (entry.fault) {
    case 'freeze':
    case 'thaw':
      return withStage(state, entry, { frozen: entry.fault === 'freeze' });
    case 'slowLink':
      return slowed(state, entry.subscription, entry.delayMs);
    case 'crash':
    case 'killWorker':
      return state;
  }
}

/** All that runs there is about to end, each with an entry of its own. */
function workerGone(state: PipelineState, worker: WorkerId): PipelineState {
  let { stages } = state;
  for (const [id, stage] of Object.entries(stages)) {
    const isThere = stage.worker === worker && (stage.status === 'idle' || stage.status === 'busy');
    if (isThere) stages = { ...stages, [id]: { ...stage, goneWith: worker } };
  }
  return { ...state, stages };
}

/** The link of the plan stays slow, whatever life subscribes on it. */
function slowed(state: PipelineState, slow: SubscriptionId, slowMs: number): PipelineState {
  const edge = edgeOf(state, slow);
  let next = state;
  for (const [id, link] of Object.entries(state.subscriptions)) {
    if (link.edge === edge) next = withSubscription(next, id, { ...link, slowMs });
  }
  return next;
}

function task({ running, ended }: TaskState, entry: EntryOf<'task'>): TaskState {
  if (entry.phase === 'start') {
    return { running: [...running, { task: entry.task, on: entry.on, value: entry.value ?? null }], ended };
  }
  const outcome = entry.outcome ?? 'ok';
  return {
    running: running.filter((own) => own.task !== entry.task),
    ended: { ...ended, [outcome]: ended[outcome] + 1 },
  };
}

function windows(own: WindowsState, { phase, window }: EntryOf<'window'>): WindowsState {
  switch (phase) {
    case 'open':
      return { ...own, type: window, open: own.open + 1 };
    case 'fire':
      return { ...own, type: window, fired: own.fired + 1 };
    case 'close':
      return { ...own, type: window, open: own.open - 1 };
  }
}

/** A stage that is gone takes along its mailbox, its buffer and its end of every subscription. */
function gone(state: PipelineState, entry: TraceEntry, status: 'exited' | 'crashed'): PipelineState {
  const { windows: own } = state.stages[entry.stage] ?? ABSENT;
  let next = withStage(state, entry, { ...EMPTY_HANDED, status, windows: { ...own, open: 0 } });
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
