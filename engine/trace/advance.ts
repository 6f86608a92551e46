import type { Seq, StageId, SubscriptionId, WorkerId } from '../ids.ts';
import { edgeOfLife } from './lives.ts';
import { ABSENT, quiet } from './pipeline-state.ts';
import type {
  PipelineState,
  StageState,
  SubscriptionState,
  TaskState,
  WindowsState,
} from './pipeline-state.ts';
import { StateDraft } from './state-draft.ts';
import type { EntryOf, TraceEntry, TraceValue } from './trace-entry.ts';

/** The state after one more entry. An entry about a subscription nobody announced changes the stage alone. */
export function advance(state: PipelineState, entry: TraceEntry): PipelineState {
  const draft = new StateDraft(state);
  advanceDraft(draft, entry);
  return draft.done();
}

/** The same for many entries: what the draft has made its own is changed in place. */
export function advanceDraft(draft: StateDraft, entry: TraceEntry): void {
  draft.pass(entry);
  if (entry.type === 'fault' && entry.fault === 'killWorker') workerGone(draft, entry.on);
  else if (draft.supervisors.get(entry.stage)) supervise(draft, entry);
  else if (draft.flows.get(entry.stage)) coordinate(draft, entry);
  else apply(draft, entry);
}

function apply(draft: StateDraft, entry: TraceEntry): void {
  switch (entry.type) {
    case 'start':
      return changeStage(draft, entry, {
        ...EMPTY_HANDED,
        ...started(stageOf(draft, entry), entry),
      });
    case 'subscribe':
      return draft.subscriptions.set(entry.subscription, {
        ...quiet(edgeOf(draft, entry.subscription), { ...entry, consumer: entry.stage }),
        slowMs: slowMsOf(draft, entry.subscription),
        active: true,
      });
    case 'subscribed':
      return changeLink(draft, entry.subscription, (link) => ({
        active: !link.endedAtConsumer && !link.endedAtProducer,
      }));
    case 'ask':
      return changeLink(draft, entry.subscription, (link) => ({
        pending: entry.pending,
        asked: link.asked + entry.count,
        asksInFlight: link.endedAtProducer
          ? link.asksInFlight
          : [...link.asksInFlight, { seq: entry.seq, count: entry.count }],
      }));
    case 'asked':
      return changeLink(draft, entry.subscription, (link) => ({
        open: entry.open,
        asksInFlight: link.asksInFlight.filter((ask) => ask.seq !== entry.cause),
      }));
    case 'dispatch':
      return changeLink(draft, entry.subscription, (link) => ({
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
      return deliver(draft, entry);
    case 'begin':
      return begin(draft, entry);
    case 'end':
      return end(draft, entry);
    case 'buffer':
    case 'unbuffer':
      return changeStage(draft, entry, { buffered: entry.size });
    case 'discard':
      return changeStage(draft, entry, {
        discarded: stageOf(draft, entry).discarded + entry.count,
      });
    case 'drop':
      return counted(draft, entry, 'dropped');
    case 'lost':
      counted(draft, entry, 'lost');
      return lost(draft, entry);
    case 'queue':
      return changeStage(draft, entry, {
        queues: { ...stageOf(draft, entry).queues, [partitionName(entry.partition)]: entry.size },
      });
    case 'task':
      return changeStage(draft, entry, { tasks: task(stageOf(draft, entry).tasks, entry) });
    case 'cancel':
      return changeLink(draft, entry.subscription, (link) => endedAt(link, entry.stage));
    case 'exit':
      return gone(draft, entry, 'exited');
    case 'crash':
      return gone(draft, entry, 'crashed');
    case 'window':
      return changeWindows(draft, entry, (own) => windows(own, entry));
    case 'watermark':
      return changeWindows(draft, entry, () => ({ watermarkMs: entry.eventMs }));
    case 'late':
      return changeWindows(draft, entry, ({ late }) => ({ late: late + entry.count }));
    case 'fault':
      return fault(draft, entry);
    case 'assign':
    case 'restart':
    case 'log':
    case 'warning':
      return;
    default:
      return changeNothing(entry);
  }
}

/** Fails to compile while a type of entry has no case; one from a newer version changes nothing. */
function changeNothing(entry: never): void {
  void entry;
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

function edgeOf(draft: StateDraft, id: SubscriptionId): SubscriptionId {
  return draft.subscriptions.get(id)?.edge ?? draft.subscriptions.get(edgeOfLife(id))?.edge ?? id;
}

/** How slow a link is that a life subscribes on anew. */
function slowMsOf(draft: StateDraft, id: SubscriptionId): number {
  return draft.subscriptions.get(edgeOf(draft, id))?.slowMs ?? 0;
}

/** A supervisor has no mailbox, no events and no subscription: it starts others again, and ends. */
function supervise(draft: StateDraft, entry: TraceEntry): void {
  switch (entry.type) {
    case 'start':
      return draft.supervisors.change(entry.stage, { status: 'running', reason: null });
    case 'restart':
      return draft.supervisors.change(entry.stage, {
        restarts: (draft.supervisors.get(entry.stage)?.restarts ?? 0) + 1,
        recent: entry.restarts,
        last: { child: entry.child, life: entry.life, reason: entry.reason },
      });
    case 'exit':
      return draft.supervisors.change(entry.stage, { status: 'ended', reason: entry.reason });
    case 'crash':
      return draft.supervisors.change(entry.stage, { status: 'ended', reason: entry.error.message });
    default:
      return;
  }
}

/** The coordinator of a flow begins and ends its stages, and has no events of its own. */
function coordinate(draft: StateDraft, entry: TraceEntry): void {
  switch (entry.type) {
    case 'start':
      return draft.flows.change(entry.stage, { status: 'running', life: entry.life ?? 1, reason: null });
    case 'exit':
      return draft.flows.change(entry.stage, { status: 'ended', reason: entry.reason });
    default:
      return;
  }
}

function deliver(draft: StateDraft, entry: EntryOf<'deliver'>): void {
  const batch = draft.subscriptions
    .get(entry.subscription)
    ?.eventsInFlight.find(({ seq }) => seq === entry.cause);
  arrived(draft, entry.subscription, entry.cause);
  if (batch) changeStage(draft, entry, { inHand: [...stageOf(draft, entry).inHand, ...batch.events] });
}

/** A batch is on its way no longer. */
function arrived(draft: StateDraft, subscription: SubscriptionId, sent: Seq | null): void {
  changeLink(draft, subscription, (link) => ({
    eventsInFlight: link.eventsInFlight.filter(({ seq }) => seq !== sent),
  }));
}

function begin(draft: StateDraft, entry: EntryOf<'begin'>): void {
  const { inHand } = stageOf(draft, entry);
  changeStage(draft, entry, {
    status: 'busy',
    callback: entry.callback,
    worker: entry.worker,
    ...(entry.callback === 'handleEvents' && {
      handling: { subscription: entry.subscription ?? null, count: entry.count ?? 0 },
      inHand: inHand.length > 0 ? inHand : (entry.events ?? []),
    }),
  });
}

function end(draft: StateDraft, entry: EntryOf<'end'>): void {
  const stage = stageOf(draft, entry);
  const { handling } = stage;
  const handled = entry.callback === 'handleEvents' && handling ? handling.count : 0;
  changeStage(draft, entry, {
    status: stage.status === 'busy' ? 'idle' : stage.status,
    callback: null,
    handled: stage.handled + handled,
    emitted: stage.emitted + entry.count,
    state: entry.state,
    handling: null,
    inHand: stage.inHand.slice(handled),
  });
  if (entry.callback !== 'handleEvents' || !handling?.subscription) return;
  changeLink(draft, handling.subscription, (link) => ({
    handled: link.handled + handled,
    pending: entry.pending ?? link.pending,
  }));
}

/** A count that is kept at the stage, and at the subscription if the entry names one. */
function counted(
  draft: StateDraft,
  entry: EntryOf<'drop'> | EntryOf<'lost'>,
  what: 'dropped' | 'lost',
): void {
  changeStage(draft, entry, { [what]: stageOf(draft, entry)[what] + entry.count });
  if (entry.subscription === undefined) return;
  changeLink(draft, entry.subscription, (link) => ({
    [what]: link[what] + entry.count,
    // Refused events have used up demand too, until they are asked for again.
    ...(what === 'dropped' && { open: link.open - entry.count }),
  }));
}

/** Events that were lost are neither on their way any longer, nor where they were kept. */
function lost(draft: StateDraft, entry: EntryOf<'lost'>): void {
  if (entry.where === 'flight' && entry.subscription !== undefined) {
    arrived(draft, entry.subscription, entry.cause);
  }
}

/** What was done from outside. The end of a stage, or of all on a worker, is told by entries of its own. */
function fault(draft: StateDraft, entry: EntryOf<'fault'>): void {
  switch (entry.fault) {
    case 'freeze':
    case 'thaw':
      return changeStage(draft, entry, { frozen: entry.fault === 'freeze' });
    case 'slow':
      return changeStage(draft, entry, { slowMs: entry.byMs });
    case 'burst':
      return changeStage(draft, entry, { burst: entry.times });
    case 'slowLink':
      return slowed(draft, entry.subscription, entry.delayMs);
    case 'crash':
    case 'killWorker':
      return;
  }
}

/** All that runs there is about to end, each with an entry of its own. */
function workerGone(draft: StateDraft, worker: WorkerId): void {
  for (const id of draft.stages.ids) {
    const stage = draft.stages.get(id);
    const isThere = stage?.worker === worker && (stage.status === 'idle' || stage.status === 'busy');
    if (isThere) draft.stages.change(id, { goneWith: worker });
  }
}

/** The link of the plan stays slow, whatever life subscribes on it. */
function slowed(draft: StateDraft, slow: SubscriptionId, slowMs: number): void {
  const edge = edgeOf(draft, slow);
  for (const id of draft.subscriptions.ids) {
    if (draft.subscriptions.get(id)?.edge === edge) draft.subscriptions.change(id, { slowMs });
  }
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

function windows(own: WindowsState, { phase, window }: EntryOf<'window'>): Partial<WindowsState> {
  switch (phase) {
    case 'open':
      return { type: window, open: own.open + 1 };
    case 'fire':
      return { type: window, fired: own.fired + 1 };
    case 'close':
      return { type: window, open: own.open - 1 };
  }
}

/** A stage that is gone takes along its mailbox, its buffer and its end of every subscription. */
function gone(draft: StateDraft, entry: TraceEntry, status: 'exited' | 'crashed'): void {
  changeStage(draft, entry, { ...EMPTY_HANDED, status });
  changeWindows(draft, entry, () => ({ open: 0 }));
  for (const id of draft.subscriptions.ids) {
    const link = draft.subscriptions.get(id);
    if (link?.consumer === entry.stage || link?.producer === entry.stage) {
      draft.subscriptions.change(id, endedAt(link, entry.stage));
    }
  }
}

/** What is on its way to an end that is closed never arrives; what is on its way to the other end still does. */
function endedAt(link: SubscriptionState, stage: StageId): Partial<SubscriptionState> {
  return {
    active: false,
    ...(link.consumer === stage && { endedAtConsumer: true, pending: 0, eventsInFlight: [] }),
    ...(link.producer === stage && { endedAtProducer: true, open: 0, asksInFlight: [] }),
  };
}

function stageOf(draft: StateDraft, { stage }: TraceEntry): StageState {
  return draft.stages.get(stage) ?? ABSENT;
}

function changeStage(draft: StateDraft, { stage }: TraceEntry, change: Partial<StageState>): void {
  draft.stages.change(stage, change, ABSENT);
}

function changeWindows(
  draft: StateDraft,
  entry: TraceEntry,
  change: (own: WindowsState) => Partial<WindowsState>,
): void {
  const own = stageOf(draft, entry).windows;
  changeStage(draft, entry, { windows: { ...own, ...change(own) } });
}

function changeLink(
  draft: StateDraft,
  id: SubscriptionId,
  change: (link: SubscriptionState) => Partial<SubscriptionState>,
): void {
  const link = draft.subscriptions.get(id);
  if (link) draft.subscriptions.change(id, change(link));
}
