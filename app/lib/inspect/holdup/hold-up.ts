import type { PlanView, StageId, SubscriptionId } from 'sluice';
import { greatest, max, mean, sum } from 'd3-array';
import type { Span, StageShares, StageSharesLog } from '../../view/stage-shares.ts';

/** What limits how many events get through. */
export type Bottleneck =
  | { readonly type: 'stage'; readonly id: StageId; readonly share: number }
  /** What is under way on it is waited for longer than anybody works. */
  | { readonly type: 'link'; readonly id: SubscriptionId; readonly share: number }
  /** Nobody is held up by anybody for long. */
  | { readonly type: 'none' };

/** A stage on the way from who waits to whom all wait for. */
export interface Hop {
  readonly stage: StageId;
  /** What it waits for mostly, and for how much of the time; `null` of the last one. */
  readonly waits: { readonly for: 'ask' | 'events'; readonly from: StageId; readonly share: number } | null;
  /** The subscription that leads to the next one; `null` of the last. */
  readonly link: SubscriptionId | null;
}

/** Stages that do the same: a layer of a flow, the consumers of a stage's partitions, or a stage and its copies. */
export interface Siblings {
  readonly kind: 'layer' | 'partitions' | 'copies';
  /** Others of them. */
  readonly others: readonly StageId[];
  /** How busy the others are on average. */
  readonly share: number;
}

/** Who holds up whom in a part of a run. */
export interface HoldUp {
  readonly bottleneck: Bottleneck;
  /** From the stage that was asked about to the bottleneck; itself alone where nothing leads there. */
  readonly path: readonly Hop[];
  /** Those that do the same as the bottleneck; `null` where there are none. */
  readonly siblings: Siblings | null;
}

/** A stage nobody waits for at least this part of all waiting is busy for itself alone. */
const LEAST_BLAME = 0.1;
/** Below this share of the time nothing counts as a bottleneck. */
const LEAST_SHARE = 0.1;
/** Steps of the walk; what is left then has gone round in circles. */
const MOST_STEPS = 64;
/** Less waiting than this, as a share of the time, is not followed any further. */
const LEAST_AMOUNT = 1e-4;
/** Stages that are about as busy: who is waited for longer decides. */
const ALIKE = 0.02;

/** How much of the time a stage worked, or would have if what it reads from had come. */
export function workOf({ busy, outside, frozen }: StageShares): number {
  return busy + outside + frozen;
}

/** How much of the time a stage waited for others. */
export function waitOf({ noAsk, noEvents, onTheWay }: StageShares): number {
  return noAsk + noEvents + onTheWay;
}

/** The stage that waits longest, for an ask before all; `null` where none does. */
export function mostHeldUp(plan: PlanView, sharesOf: (stage: StageId) => StageShares | null): StageId | null {
  const held = plan.stages.flatMap(({ id }) => {
    const shares = sharesOf(id);
    return shares && waitOf(shares) > 0 ? [{ id, noAsk: shares.noAsk, wait: waitOf(shares) }] : [];
  });
  return greatest(held, (a, b) => a.noAsk - b.noAsk || a.wait - b.wait)?.id ?? null;
}

/**
 * Who holds up whom, as seen from `subject`: among all that are connected with it, the bottleneck is who works for the greatest
 * share of the time of those that others wait for. Who is busy all the time and keeps nobody waiting is none.
 */
export function holdUp(log: StageSharesLog, span: Span, subject: StageId): HoldUp {
  const graph = new Graph(log, span);
  const part = graph.connected(subject);
  const bottleneck = graph.bottleneck(part);
  const goal = bottleneck.type === 'link' ? graph.near(bottleneck.id, subject) : bottleneck;
  return {
    bottleneck,
    path:
      goal.type === 'stage' ? graph.path(subject, goal.id) : [{ stage: subject, waits: null, link: null }],
    siblings: bottleneck.type === 'stage' ? graph.siblings(bottleneck.id) : null,
  };
}

interface Way {
  readonly link: SubscriptionId;
  readonly stage: StageId;
  readonly direction: 'down' | 'up';
}

class Graph {
  readonly #log: StageSharesLog;
  readonly #span: Span;
  readonly #shares = new Map<StageId, StageShares>();
  readonly #ways = new Map<StageId, Way[]>();

  constructor(log: StageSharesLog, span: Span) {
    this.#log = log;
    this.#span = span;
    for (const { id } of log.plan.stages) {
      const shares = log.shares(id, span);
      if (shares) this.#shares.set(id, shares);
      this.#ways.set(id, []);
    }
    for (const { id: link, consumer, producer } of log.plan.subscriptions) {
      this.#ways.get(producer)?.push({ link, stage: consumer, direction: 'down' });
      this.#ways.get(consumer)?.push({ link, stage: producer, direction: 'up' });
    }
  }

  /** All that events, or asks, lead to from here. */
  connected(from: StageId): ReadonlySet<StageId> {
    const met = new Set([from]);
    // A set visits what is added on the way.
    for (const id of met) for (const { stage } of this.#ways.get(id) ?? []) met.add(stage);
    return met;
  }

  bottleneck(part: ReadonlySet<StageId>): Bottleneck {
    const blame = this.#blame(part);
    const all = sum(blame.values());
    const blamed = [...part].flatMap((id) => {
      const shares = this.#shares.get(id);
      const own = blame.get(id) ?? 0;
      if (!shares || own < LEAST_BLAME * all || own === 0) return [];
      return [{ id, share: workOf(shares), blame: own }];
    });
    const most = max(blamed, ({ share }) => share) ?? 0;
    const stage = greatest(
      blamed.filter(({ share }) => share >= most - ALIKE),
      (one) => one.blame,
    );
    const links = this.#log.plan.subscriptions
      .filter(({ consumer }) => part.has(consumer))
      .map(({ id }) => ({ id, share: this.#log.onLink(id, this.#span).awaited }));
    const link = greatest(links, (one) => one.share);
    if (link && link.share >= LEAST_SHARE && link.share > (stage?.share ?? 0))
      return { type: 'link', ...link };
    if (!stage || stage.share < LEAST_SHARE) return { type: 'none' };
    return { type: 'stage', id: stage.id, share: stage.share };
  }

  /** The end of a subscription that is nearer to a stage. */
  near(link: SubscriptionId, subject: StageId): Bottleneck {
    const ends = this.#log.plan.subscriptions.find(({ id }) => id === link);
    if (!ends) return { type: 'none' };
    const [up, down] = [this.path(subject, ends.producer), this.path(subject, ends.consumer)];
    // Through the subscription to its far end: it is part of the way.
    const id = up.length > down.length ? ends.producer : ends.consumer;
    return { type: 'stage', id, share: 0 };
  }

  path(from: StageId, to: StageId): readonly Hop[] {
    const cameFrom = new Map<StageId, { readonly stage: StageId; readonly way: Way } | null>([[from, null]]);
    for (const id of cameFrom.keys()) {
      if (id === to) break;
      for (const way of this.#ways.get(id) ?? []) {
        if (!cameFrom.has(way.stage)) cameFrom.set(way.stage, { stage: id, way });
      }
    }
    if (!cameFrom.has(to)) return [{ stage: from, waits: null, link: null }];
    const hops: Hop[] = [{ stage: to, waits: null, link: null }];
    for (let at = cameFrom.get(to); at; at = cameFrom.get(at.stage)) {
      const { stage, way } = at;
      const shares = this.#shares.get(stage);
      const isDown = way.direction === 'down';
      hops.unshift({
        stage,
        link: way.link,
        waits: {
          for: isDown ? 'ask' : 'events',
          from: way.stage,
          share: (isDown ? shares?.noAsk : shares?.noEvents) ?? 0,
        },
      });
    }
    return hops;
  }

  siblings(id: StageId): Siblings | null {
    const { stages, flows = [], subscriptions } = this.#log.plan;
    const original = stages.find((stage) => stage.id === id)?.copyOf ?? id;
    const copies = stages.filter((stage) => (stage.copyOf ?? stage.id) === original).map((stage) => stage.id);
    const layer = flows.flatMap(({ layers }) => layers).find((one) => one.stages.includes(id));
    const taken = subscriptions.find(({ consumer, partition }) => consumer === id && partition !== undefined);
    const lanes = taken
      ? subscriptions.filter(({ producer }) => producer === taken.producer).map(({ consumer }) => consumer)
      : [];
    const [kind, all] =
      copies.length > 1
        ? (['copies', copies] as const)
        : layer && layer.stages.length > 1
          ? (['layer', layer.stages] as const)
          : (['partitions', lanes] as const);
    const others = [...new Set(all)].filter((other) => other !== id);
    if (others.length === 0) return null;
    const shares = others.map((other) => this.#shares.get(other)?.busy ?? 0);
    return { kind, others, share: mean(shares) ?? 0 };
  }

  /**
   * How much of all waiting ends at each stage: whoever waits passes it on to whom it waits for, who passes on what falls into
   * its own waiting.
   */
  #blame(part: ReadonlySet<StageId>): ReadonlyMap<StageId, number> {
    const blame = new Map<StageId, number>();
    let passed = new Map<StageId, number>();
    for (const id of part) {
      const shares = this.#shares.get(id);
      if (shares) this.#passOn(id, waitOf(shares), passed);
    }
    // Events of a partition wait for one consumer, and nobody else does.
    for (const { id, consumer } of this.#log.plan.subscriptions) {
      if (part.has(consumer)) add(passed, consumer, this.#log.onLink(id, this.#span).queued);
    }
    for (let step = 0; step < MOST_STEPS && passed.size > 0; step += 1) {
      const next = new Map<StageId, number>();
      for (const [id, amount] of passed) {
        const shares = this.#shares.get(id);
        const [work, wait] = shares ? [workOf(shares), waitOf(shares)] : [0, 0];
        if (work + wait === 0) continue;
        add(blame, id, (amount * work) / (work + wait));
        this.#passOn(id, (amount * wait) / (work + wait), next);
      }
      passed = next;
    }
    return blame;
  }

  /** Shares an amount of waiting out among those whom a stage waits for. */
  #passOn(from: StageId, amount: number, to: Map<StageId, number>): void {
    const shares = this.#shares.get(from);
    if (!shares || amount < LEAST_AMOUNT) return;
    const wait = waitOf(shares);
    for (const direction of ['down', 'up'] as const) {
      const own = direction === 'down' ? shares.noAsk : shares.noEvents;
      const ways = (this.#ways.get(from) ?? []).filter((way) => way.direction === direction);
      const weights = ways.map(({ stage }) => this.#slowness(stage, direction));
      const all = sum(weights);
      if (own === 0 || all === 0) continue;
      ways.forEach(({ stage }, i) => add(to, stage, (amount * own * (weights[i] ?? 0)) / (wait * all)));
    }
  }

  /** How much a neighbour has to do with what is waited for: one that waits for the same, from the other side, has not. */
  #slowness(stage: StageId, direction: Way['direction']): number {
    const shares = this.#shares.get(stage);
    if (!shares) return 0;
    return workOf(shares) + shares.onTheWay + (direction === 'down' ? shares.noAsk : shares.noEvents);
  }
}

function add(counts: Map<StageId, number>, id: StageId, amount: number): void {
  counts.set(id, (counts.get(id) ?? 0) + amount);
}
