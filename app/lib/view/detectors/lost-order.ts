import type { PlanView, Seq, StageId, TraceValue } from 'sluice';
import { isSameValue } from '../same-value.ts';
import { valueText } from '../value-label.ts';
import type { Detector, Finding } from './detector.ts';
import { entriesByKey, namesIn } from './state-by-key.ts';

/** So often a stage must have kept the latest event of a key before that counts as its habit. */
const HABIT = 5;
/** Keys that are remembered of one stage. */
const MOST_KEYS = 1_000;

/** How a consumer keeps the latest by key: state[event[key]] is event[value]; `null`: it is the event itself. */
interface Habit {
  readonly key: string;
  readonly value: string | null;
}

/** An older event has taken the place of a newer one. */
interface Overwritten {
  readonly stage: StageId;
  readonly at: Seq;
  readonly key: string;
  readonly field: string;
  readonly newer: number;
  readonly older: number;
}

/**
 * Events of one key came to a consumer out of their order, and it mattered: the consumer keeps the latest by key, and an older
 * event took the place of a newer one. Where nobody minds the order, as in a count, parallel stages may mix it as they like. What is
 * older is told by a number in the events that grew all the time at the one source, such as a time.
 */
export const lostOrder: Detector = {
  misconceptions: ['flow-keeps-order'],
  watch(plan) {
    const sources = new Map<StageId, Growing>();
    const keepers = new Map<StageId, Keeper>();
    for (const [consumer, source] of mixedConsumers(plan)) {
      const growing = sources.get(source) ?? new Growing();
      sources.set(source, growing);
      keepers.set(consumer, new Keeper(consumer, growing));
    }
    return {
      types: keepers.size > 0 ? ['begin', 'end'] : [],
      take(entry) {
        if (entry.type === 'begin') keepers.get(entry.stage)?.begin(entry.events ?? []);
        if (entry.type !== 'end') return;
        sources.get(entry.stage)?.add(entry.emitted);
        keepers.get(entry.stage)?.end(entry.state, entry.seq);
      },
      finding() {
        for (const { found } of keepers.values()) if (found) return outOfOrder(found);
        return null;
      },
    };
  },
};

/** Fields of a source's events whose numbers have never become smaller. */
class Growing {
  /** The latest of each; `null` where it became smaller once. */
  readonly #last = new Map<string, number | null>();

  add(events: readonly TraceValue[]): void {
    for (const event of events) {
      for (const [field, value] of namesIn(event)) {
        const last = this.#last.get(field);
        if (last === null) continue;
        if (typeof value !== 'number') this.#last.set(field, null);
        else this.#last.set(field, last === undefined || value >= last ? value : null);
      }
    }
  }

  has(field: string): boolean {
    return typeof this.#last.get(field) === 'number';
  }
}

/** One consumer that may keep the latest by key. */
class Keeper {
  #found: Overwritten | null = null;
  readonly #stage: StageId;
  readonly #growing: Growing;
  #events: readonly TraceValue[] = [];
  #habit: Habit | null = null;
  /** Whether it turned out to keep something else. */
  #isOther = false;
  #kept = 0;
  /** By field and key, the greatest so far. */
  readonly #greatest = new Map<string, number>();

  constructor(stage: StageId, growing: Growing) {
    this.#stage = stage;
    this.#growing = growing;
  }

  /** What it found, as long as the number that tells it has grown all the time. */
  get found(): Overwritten | null {
    return this.#found && this.#growing.has(this.#found.field) ? this.#found : null;
  }

  begin(events: readonly TraceValue[]): void {
    this.#events = events;
  }

  end(state: TraceValue, at: Seq): void {
    const events = this.#events;
    this.#events = [];
    if (this.#isOther || this.#found || events.length === 0) return;
    const kept = new Map(entriesByKey(state));
    if (kept.size === 0) return;
    this.#habit ??= habitOf(events.at(-1) ?? null, kept);
    const habit = this.#habit;
    if (!habit) {
      this.#isOther = true;
      return;
    }
    const latest = new Map<string, TraceValue>();
    for (const event of events) {
      const key = fieldOf(event, habit.key);
      if (key !== null) latest.set(String(key), event);
    }
    for (const [key, event] of latest) {
      const own = kept.get(key);
      if (own === undefined) continue;
      if (!isSameValue(own, habit.value === null ? event : fieldOf(event, habit.value))) {
        this.#isOther = true;
        return;
      }
      this.#kept += 1;
      this.#compare(key, event, at);
    }
    for (const event of events) this.#raise(event, habit);
  }

  #compare(key: string, event: TraceValue, at: Seq): void {
    if (this.#kept < HABIT) return;
    for (const [field, value] of namesIn(event)) {
      if (typeof value !== 'number' || field === this.#habit?.key || !this.#growing.has(field)) continue;
      const newer = this.#greatest.get(`${field} ${key}`);
      if (newer === undefined || newer <= value) continue;
      this.#found ??= { stage: this.#stage, at, key, field, newer, older: value };
    }
  }

  #raise(event: TraceValue, habit: Habit): void {
    const key = fieldOf(event, habit.key);
    if (key === null) return;
    for (const [field, value] of namesIn(event)) {
      if (typeof value !== 'number' || field === habit.key) continue;
      const name = `${field} ${String(key)}`;
      const known = this.#greatest.get(name);
      if (known === undefined ? this.#greatest.size < MOST_KEYS : known < value)
        this.#greatest.set(name, value);
    }
  }
}

function habitOf(event: TraceValue, kept: ReadonlyMap<string, TraceValue>): Habit | null {
  for (const [key, name] of namesIn(event)) {
    const own = kept.get(String(name));
    if (key === '' || own === undefined) continue;
    if (isSameValue(own, event)) return { key, value: null };
    for (const [field, value] of namesIn(event))
      if (field !== key && own === value) return { key, value: field };
  }
  return null;
}

function fieldOf(event: TraceValue, field: string): string | number | null {
  for (const [name, value] of namesIn(event)) if (name === field) return value;
  return null;
}

/** Consumers that one source reaches on several ways at once, with that source. */
function mixedConsumers({ stages, subscriptions }: PlanView): readonly (readonly [StageId, StageId])[] {
  const upstream = (stage: StageId) =>
    subscriptions.flatMap(({ consumer, producer }) => (consumer === stage ? [producer] : []));
  return stages.flatMap(({ id, kind }) => {
    if (kind !== 'consumer') return [];
    const seen = new Set([id]);
    let isMixed = false;
    const sources = new Set<StageId>();
    for (const stage of seen) {
      const before = upstream(stage);
      isMixed ||= before.length > 1;
      if (before.length === 0) sources.add(stage);
      for (const one of before) seen.add(one);
    }
    const [source] = sources;
    return isMixed && sources.size === 1 && source !== undefined ? [[id, source] as const] : [];
  });
}

function outOfOrder({ stage, at, key, field, newer, older }: Overwritten): Finding {
  const place = field === '' ? '' : `${field} `;
  return {
    misconception: 'flow-keeps-order',
    says: `At “${stage}” an older event of ${valueText(key)} (${place}${older}) took the place of a newer one (${place}${newer}).`,
    hints: [
      `Look at the batch that “${stage}” handles here, and at which way each of its events has come.`,
      'Stages beside each other finish in any order. Only what goes one way, through the same stages, keeps its order.',
      'Send all events of one key the same way: a partitionDispatcher before the stages that work side by side. Or let the consumer look whether what comes is newer than what it has.',
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}
