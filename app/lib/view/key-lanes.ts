import type { PlanView, SubscriptionId, TraceEntry } from 'sluice';
import { edgeOfLife } from 'sluice';
import { eventGlyph, type EventGlyph } from './value-label.ts';

/** Keys of a lane that are remembered; more are only said to be there. */
const MOST_KEYS = 12;
/** Events of a batch that are looked at: a lane that is quick shows its keys soon. */
const LOOKED_AT = 16;

interface KeyOnLane {
  /** Entries applied when it came first. */
  readonly n: number;
  readonly glyph: EventGlyph;
}

/**
 * Which keys have gone to which consumers of a partition dispatcher, as the trace tells. A longer version of it costs only what is new.
 */
export class KeyLanes {
  readonly #lanes: ReadonlyMap<SubscriptionId, Map<string, KeyOnLane>>;
  #entries: readonly TraceEntry[] = [];

  constructor(plan: PlanView) {
    const partitioned = plan.subscriptions.filter(({ partition }) => partition !== undefined);
    this.#lanes = new Map(partitioned.map(({ id }) => [id, new Map()]));
  }

  /** Takes the same trace with entries appended, or inserted near its end. */
  update(entries: readonly TraceEntry[]): void {
    if (this.#lanes.size === 0) return;
    let known = Math.min(this.#entries.length, entries.length);
    while (known > 0 && this.#entries[known - 1] !== entries[known - 1]) known -= 1;
    if (known < this.#entries.length) this.#forget(known);
    for (let i = known; i < entries.length; i += 1) {
      const entry = entries[i];
      if (entry?.type === 'dispatch') this.#add(i + 1, entry.subscription, entry.events);
    }
    this.#entries = entries;
  }

  /** The keys that had gone to a consumer after the first `n` entries, in the order in which they came. */
  keys(edge: SubscriptionId, n: number): readonly EventGlyph[] {
    const lane = this.#lanes.get(edge);
    return lane ? Array.from(lane.values()).flatMap((key) => (key.n <= n ? [key.glyph] : [])) : [];
  }

  #add(
    n: number,
    subscription: SubscriptionId,
    events: Extract<TraceEntry, { type: 'dispatch' }>['events'],
  ): void {
    const lane = this.#lanes.get(edgeOfLife(subscription));
    if (!lane || lane.size >= MOST_KEYS) return;
    for (const value of events.slice(0, LOOKED_AT)) {
      const glyph = eventGlyph(value);
      // What has no key of its own is its own key.
      if (!lane.has(glyph.label) && lane.size < MOST_KEYS) lane.set(glyph.label, { n, glyph });
    }
  }

  #forget(n: number): void {
    for (const lane of this.#lanes.values()) {
      for (const [label, key] of lane) if (key.n > n) lane.delete(label);
    }
  }
}
