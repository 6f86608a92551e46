import type { PlanView, StageId, StageView, SubscriptionId, TraceEntry } from 'sluice';
import type { StageDoing } from './stage-shares.ts';

/** What is under way on a subscription, and what was asked for on it and not yet sent; events. */
interface LinkCount {
  /** Of the plan; of a later life that of the first. */
  readonly edge: SubscriptionId;
  readonly consumer: StageId;
  readonly producer: StageId;
  open: number;
  /** Sent by the producer and not yet taken by the consumer. */
  arriving: number;
  /** Asked by the consumer and not yet taken by the producer. */
  asking: number;
  /** Waiting in the producer's dispatcher, as they belong to nobody else. */
  queued: number;
}

/** What there is on a subscription that somebody waits for: what is under way, or an ask for what waits to be sent on it alone. */
export type LinkDoing = 'awaited' | 'queued' | 'quiet';

interface StageCount {
  readonly view: StageView;
  doing: StageDoing;
  isAlive: boolean;
  isFrozen: boolean;
  isRunning: boolean;
  handling: number;
  children: number;
  buffered: number;
  inHand: number;
}

/** What later lives of stages add to names. */
const LATER_LIFE = /(@\d+)+$/;

/** What decides what every stage of a run is doing, counted entry by entry. */
export class StageCounts {
  readonly #stages: Map<StageId, StageCount>;
  readonly #links = new Map<SubscriptionId, LinkCount>();
  /** By stage: the subscriptions it has made and those made to it, that are not over. */
  readonly #linksOf = new Map<StageId, Set<LinkCount>>();
  /** Subscriptions of the plan that take one partition: its name. */
  readonly #lanes: ReadonlyMap<SubscriptionId, string>;

  constructor(plan: PlanView, lanes = lanesOf(plan)) {
    this.#lanes = lanes;
    this.#stages = new Map(plan.stages.map((view) => [view.id, { view, doing: 'gone', ...AT_REST }]));
  }

  copy(): StageCounts {
    const copy = new StageCounts({ stages: [], subscriptions: [] }, this.#lanes);
    for (const [id, stage] of this.#stages) copy.#stages.set(id, { ...stage });
    for (const [id, link] of this.#links) copy.#link(id, { ...link });
    return copy;
  }

  /** Counts an entry in; returns the stages whose doing may have changed. */
  add(entry: TraceEntry): ReadonlySet<StageId> {
    const touched = new Set<StageId>([entry.stage]);
    const link =
      'subscription' in entry && entry.subscription ? this.#links.get(entry.subscription) : undefined;
    if (link) touched.add(link.producer).add(link.consumer);
    const stage = this.#stages.get(entry.stage);
    switch (entry.type) {
      case 'subscribe': {
        const { subscription: id, stage: consumer, producer } = entry;
        this.#end(id);
        this.#link(id, { edge: edgeOf(id), consumer, producer, open: 0, arriving: 0, asking: 0, queued: 0 });
        break;
      }
      case 'ask':
        if (link) link.asking += entry.count;
        break;
      case 'asked':
        if (!link) break;
        link.asking = Math.max(0, link.asking - entry.count);
        link.open = entry.open;
        break;
      case 'dispatch':
        if (!link) break;
        link.arriving += entry.count;
        link.open = entry.open;
        break;
      case 'drop':
        if (link) link.open -= entry.count;
        break;
      case 'deliver':
        if (link) link.arriving = Math.max(0, link.arriving - entry.count);
        if (stage) stage.inHand += entry.count;
        break;
      case 'queue': {
        const lane = String(entry.partition);
        for (const own of this.#linksAt(entry.stage)) {
          if (own.producer === entry.stage && this.#lanes.get(own.edge) === lane) own.queued = entry.size;
        }
        break;
      }
      case 'cancel':
        this.#end(entry.subscription);
        break;
      case 'exit':
      case 'crash':
        for (const own of [...this.#linksAt(entry.stage)]) {
          touched.add(own.consumer).add(own.producer);
          this.#drop(own);
        }
        if (stage) Object.assign(stage, AT_REST);
        break;
      default:
        if (stage) countOwn(stage, entry);
    }
    for (const id of touched) {
      const own = this.#stages.get(id);
      if (own) own.doing = this.#doingOf(own);
    }
    return touched;
  }

  doing(id: StageId): StageDoing {
    return this.#stages.get(id)?.doing ?? 'gone';
  }

  #doingOf(stage: StageCount): StageDoing {
    if (!stage.isAlive) return 'gone';
    if (stage.isRunning || stage.children > 0) return 'busy';
    if (stage.isFrozen) return 'frozen';
    const { kind } = stage.view;
    const { demand, arriving, asking } = this.#around(stage);
    const hasToSend = kind === 'producer' || stage.inHand + stage.buffered > 0;
    if (kind !== 'consumer' && demand <= 0 && hasToSend) return asking > 0 ? 'onTheWay' : 'noAsk';
    if (arriving > 0 || stage.inHand > 0) return 'onTheWay';
    return kind === 'producer' ? 'outside' : 'noEvents';
  }

  /** Subscriptions of the plan around a stage, and what there is on each. */
  *linksOf(stage: StageId): Generator<readonly [SubscriptionId, LinkDoing]> {
    for (const { edge, consumer, producer, arriving, asking, queued } of this.#linksAt(stage)) {
      const isAwaited =
        (arriving > 0 && this.doing(consumer) === 'onTheWay') ||
        (asking > 0 && this.doing(producer) === 'onTheWay');
      yield [edge, isAwaited ? 'awaited' : queued > 0 ? 'queued' : 'quiet'];
    }
  }

  /** What is asked of a stage and not yet sent, as far as it may send; what is on its way to it. */
  #around({ view }: StageCount): {
    readonly demand: number;
    readonly arriving: number;
    readonly asking: number;
  } {
    let [sum, least, arriving, asking] = [0, Infinity, 0, 0];
    for (const link of this.#linksAt(view.id)) {
      if (link.consumer === view.id) arriving += link.arriving;
      else {
        sum += link.open;
        least = Math.min(least, link.open);
        asking += link.asking;
      }
    }
    // A broadcast goes at the pace of the slowest: it sends what all have asked for.
    return { demand: view.dispatcher === 'broadcast' && least < Infinity ? least : sum, arriving, asking };
  }

  #linksAt(stage: StageId): ReadonlySet<LinkCount> {
    return this.#linksOf.get(stage) ?? NONE;
  }

  #link(id: SubscriptionId, link: LinkCount): void {
    this.#links.set(id, link);
    for (const stage of [link.consumer, link.producer]) {
      const known = this.#linksOf.get(stage);
      if (known) known.add(link);
      else this.#linksOf.set(stage, new Set([link]));
    }
  }

  #end(id: SubscriptionId): void {
    const link = this.#links.get(id);
    if (link) this.#drop(link);
  }

  /** It is over at one of its ends: nobody waits for it any more. */
  #drop(link: LinkCount): void {
    link.open = 0;
    link.arriving = 0;
    link.asking = 0;
    link.queued = 0;
    this.#linksOf.get(link.consumer)?.delete(link);
    this.#linksOf.get(link.producer)?.delete(link);
  }
}

const NONE: ReadonlySet<LinkCount> = new Set();

const AT_REST = {
  isAlive: false,
  isFrozen: false,
  isRunning: false,
  handling: 0,
  children: 0,
  buffered: 0,
  inHand: 0,
};

function lanesOf({ subscriptions }: PlanView): ReadonlyMap<SubscriptionId, string> {
  return new Map(
    subscriptions.flatMap(({ id, partition }) => (partition === undefined ? [] : [[id, String(partition)]])),
  );
}

/** The subscription of the plan that one of a later life stands for. */
function edgeOf(id: SubscriptionId): SubscriptionId {
  return id.replace(LATER_LIFE, '');
}

/** What an entry changes at its own stage alone. */
function countOwn(stage: StageCount, entry: TraceEntry): void {
  switch (entry.type) {
    case 'start':
      Object.assign(stage, AT_REST, { isAlive: true });
      return;
    case 'begin':
      // Of `init` before the start is told.
      stage.isAlive = true;
      stage.isRunning = true;
      stage.handling = entry.callback === 'handleEvents' ? (entry.count ?? 0) : 0;
      return;
    case 'end':
      stage.isRunning = false;
      stage.inHand = Math.max(0, stage.inHand - stage.handling);
      stage.handling = 0;
      return;
    case 'buffer':
    case 'unbuffer':
      stage.buffered = entry.size;
      return;
    case 'task':
      // What other stages start, their callbacks wait for themselves, or do not want to.
      if (stage.view.children)
        stage.children = Math.max(0, stage.children + (entry.phase === 'start' ? 1 : -1));
      return;
    case 'fault':
      if (entry.fault === 'freeze') stage.isFrozen = true;
      if (entry.fault === 'thaw') stage.isFrozen = false;
  }
}
