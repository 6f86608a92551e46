import {
  edgeOfLife,
  partitionName,
  type EntryOf,
  type PlanView,
  type StageId,
  type StageView,
  type SubscriptionId,
  type TraceEntry,
} from 'sluice';

/** What a stage is at, and what there is around it. Counts are events. */
export interface StageNow {
  readonly view: StageView;
  readonly isAlive: boolean;
  readonly isFrozen: boolean;
  /** One of its callbacks runs, or waits for something. */
  readonly isRunning: boolean;
  /** Children of a consumerSupervisor that run. */
  readonly children: number;
  readonly buffered: number;
  /** Taken from its mailbox and not yet handled. */
  readonly inHand: number;
  /** On its way to it, or in its mailbox. */
  readonly arriving: number;
  /** Asked of it and not yet sent, as it counts; `asking`: that it has not heard of yet. */
  readonly open: number;
  readonly asking: number;
  /** The subscriptions on which it takes and gives. */
  readonly links: readonly LinkNow[];
}

/** What there is between two stages, on the latest of the subscriptions that stand for one of the plan. */
export interface LinkNow {
  /** The subscription of the plan. */
  readonly edge: SubscriptionId;
  readonly consumer: StageNow | undefined;
  readonly producer: StageNow | undefined;
  readonly open: number;
  readonly asking: number;
  readonly arriving: number;
  /** Waiting in the producer's dispatcher, as nobody else may have them. */
  readonly queued: number;
  /** The producer has no such subscription any more. */
  readonly isOverAtProducer: boolean;
}

interface Link extends LinkNow {
  readonly consumer: Stage | undefined;
  readonly producer: Stage | undefined;
  open: number;
  asking: number;
  arriving: number;
  queued: number;
  isOverAtConsumer: boolean;
  isOverAtProducer: boolean;
}

interface Stage extends StageNow {
  isAlive: boolean;
  isFrozen: boolean;
  isRunning: boolean;
  children: number;
  buffered: number;
  inHand: number;
  arriving: number;
  open: number;
  asking: number;
  /** Events of the batch that handleEvents works on. */
  handling: number;
  links: readonly Link[];
}

/** What a stage has neither at its start nor after its end. */
const AT_REST = {
  isAlive: false,
  isFrozen: false,
  isRunning: false,
  children: 0,
  buffered: 0,
  inHand: 0,
  handling: 0,
};

/**
 * What every stage of a run is at, and what is asked for and sent between them, counted entry by entry, at a cost that does not
 * grow with the pipeline. The end of a subscription is told by either side: each forgets its own.
 */
export class StagesNow {
  readonly #stages: Map<StageId, Stage>;
  /** Those of the plan, and every one that was made. */
  readonly #links = new Map<SubscriptionId, Link>();
  /** Edges that take one partition: its name. */
  readonly #partitions: ReadonlyMap<SubscriptionId, string>;

  private constructor(stages: Map<StageId, Stage>, partitions: ReadonlyMap<SubscriptionId, string>) {
    this.#stages = stages;
    this.#partitions = partitions;
  }

  /** The moment before the first entry. */
  static of({ stages, subscriptions }: PlanView): StagesNow {
    const now = new StagesNow(
      new Map(stages.map((view) => [view.id, newStage(view)])),
      new Map(
        subscriptions.flatMap(({ id, partition }) =>
          partition === undefined ? [] : [[id, partitionName(partition)] as const],
        ),
      ),
    );
    for (const { id, consumer, producer } of subscriptions)
      now.#links.set(id, now.#link(id, consumer, producer));
    return now;
  }

  /** Goes on by itself from here. */
  copy(): StagesNow {
    const stages = new Map<StageId, Stage>();
    for (const [id, stage] of this.#stages) stages.set(id, { ...stage });
    const copy = new StagesNow(stages, this.#partitions);
    const copies = new Map<Link, Link>();
    for (const [id, link] of this.#links) {
      const [consumer, producer] = [link.consumer, link.producer].map(
        (end) => end && stages.get(end.view.id),
      );
      const own = { ...link, consumer, producer };
      copies.set(link, own);
      copy.#links.set(id, own);
    }
    for (const stage of stages.values()) stage.links = stage.links.map((link) => copies.get(link) ?? link);
    return copy;
  }

  /** `undefined` of a stage that the plan does not have. Changes with every entry. */
  at(stage: StageId): StageNow | undefined {
    return this.#stages.get(stage);
  }

  /** @returns The stage for which the entry may have changed something beside its own; `null`: none. */
  apply(entry: TraceEntry): StageId | null {
    switch (entry.type) {
      case 'subscribe':
        this.#subscribe(entry);
        return entry.producer;
      case 'ask': {
        const link = this.#links.get(entry.subscription);
        if (!link || link.isOverAtProducer) return null;
        count(link, 'asking', link.asking + entry.count);
        return link.producer?.view.id ?? null;
      }
      case 'asked': {
        const link = this.#links.get(entry.subscription);
        if (!link) return null;
        count(link, 'asking', link.asking - entry.count);
        count(link, 'open', entry.open);
        return null;
      }
      case 'dispatch': {
        const link = this.#links.get(entry.subscription);
        if (!link) return null;
        count(link, 'open', entry.open);
        if (!link.isOverAtConsumer) count(link, 'arriving', link.arriving + entry.count);
        return link.consumer?.view.id ?? null;
      }
      case 'deliver': {
        const link = this.#links.get(entry.subscription);
        if (!link) return null;
        const taken = Math.min(link.arriving, entry.count);
        count(link, 'arriving', link.arriving - taken);
        if (link.consumer) link.consumer.inHand += taken;
        return null;
      }
      case 'drop': {
        const link = this.#links.get(entry.subscription ?? '');
        if (link) count(link, 'open', link.open - entry.count);
        return null;
      }
      case 'lost': {
        const link = entry.where === 'flight' ? this.#links.get(entry.subscription ?? '') : undefined;
        if (!link) return null;
        count(link, 'arriving', link.arriving - entry.count);
        return link.consumer?.view.id ?? null;
      }
      case 'cancel': {
        const link = this.#links.get(entry.subscription);
        if (link) this.#end(link, entry.stage);
        return null;
      }
      case 'exit':
      case 'crash':
        for (const link of this.#links.values()) this.#end(link, entry.stage);
        break;
      default:
    }
    const own = this.#stages.get(entry.stage);
    if (own) this.#takeOwn(own, entry);
    return null;
  }

  /** What an entry changes at its own stage alone. */
  #takeOwn(stage: Stage, entry: TraceEntry): void {
    switch (entry.type) {
      case 'start':
        Object.assign(stage, AT_REST, { isAlive: true });
        return;
      case 'exit':
      case 'crash':
        Object.assign(stage, AT_REST);
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
      case 'queue': {
        const name = partitionName(entry.partition);
        for (const link of stage.links) {
          if (link.producer === stage && this.#partitions.get(link.edge) === name) link.queued = entry.size;
        }
        return;
      }
      case 'task':
        // What other stages start, their callbacks wait for themselves, or do not want to.
        if (stage.view.children) {
          stage.children = Math.max(0, stage.children + (entry.phase === 'start' ? 1 : -1));
        }
        return;
      case 'fault':
        if (entry.fault === 'freeze') stage.isFrozen = true;
        if (entry.fault === 'thaw') stage.isFrozen = false;
        return;
      default:
    }
  }

  #subscribe({ subscription, stage, producer }: EntryOf<'subscribe'>): void {
    const link = this.#link(edgeOfLife(subscription), stage, producer);
    this.#links.set(subscription, link);
    for (const end of [link.consumer, link.producer]) {
      if (end) end.links = [...end.links.filter(({ edge }) => edge !== link.edge), link];
    }
  }

  #link(edge: SubscriptionId, consumer: StageId, producer: StageId): Link {
    return {
      edge,
      consumer: this.#stages.get(consumer),
      producer: this.#stages.get(producer),
      open: 0,
      asking: 0,
      arriving: 0,
      queued: 0,
      isOverAtConsumer: false,
      isOverAtProducer: false,
    };
  }

  /** A stage forgets its end of a subscription. */
  #end(link: Link, stage: StageId): void {
    if (link.producer?.view.id === stage) {
      count(link, 'open', 0);
      count(link, 'asking', 0);
      link.queued = 0;
      link.isOverAtProducer = true;
    }
    if (link.consumer?.view.id === stage) {
      count(link, 'arriving', 0);
      link.isOverAtConsumer = true;
    }
  }
}

function newStage(view: StageView): Stage {
  return { view, ...AT_REST, arriving: 0, open: 0, asking: 0, links: [] };
}

/** Counts on a link, and in the sums of the stage that has to do with it. */
function count(link: Link, what: 'open' | 'asking' | 'arriving', next: number): void {
  const known = Math.max(0, next);
  const stage = what === 'arriving' ? link.consumer : link.producer;
  if (stage) stage[what] += known - link[what];
  link[what] = known;
}
