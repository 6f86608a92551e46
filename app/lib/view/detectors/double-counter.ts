import type { LayerView, PlanView, Seq, StageId, TraceValue } from 'sluice';
import { valueText } from '../value-label.ts';
import type { Detector, Finding } from './detector.ts';
import { entriesByKey, isList, namesIn } from './state-by-key.ts';

/** Keys that are remembered, of all stages together. */
const MOST_KEYS = 10_000;
/** How often a key of a state is looked for among the events of a batch before it counts as the program's own word. */
const TRIES = 5;

/** One key has a number at two stages that share its events. */
interface Twice {
  readonly key: string;
  readonly stages: readonly [StageId, StageId];
  readonly at: Seq;
}

/**
 * The same key is counted at two stages that share the events of one producer, or by two partitions of a flow whose results
 * nobody puts together. A key is a word that came in with the events, so that the names of counters are none. That its number is a
 * count, and not the latest or the greatest of something, the entries do not prove: it is not said.
 */
export const doubleCounter: Detector = {
  misconceptions: ['any-routing-will-do', 'reduce-sees-everything'],
  watch(plan) {
    const consumers = new SharedCounts(sharingConsumers(plan));
    const layers = new LayerCounts(plan);
    return {
      types: ['start', 'begin', 'end'],
      take(entry) {
        if (entry.type === 'start') consumers.start(entry.stage, entry.state);
        if (entry.type === 'begin') {
          consumers.begin(entry.stage, entry.events ?? []);
          layers.begin(entry.stage, entry.events ?? []);
        }
        if (entry.type !== 'end') return;
        consumers.end(entry.stage, entry.state, entry.seq);
        layers.end(entry.stage, entry);
      },
      finding() {
        const { found } = consumers;
        if (found) return atConsumers(found);
        return layers.found && inLayer(layers.found);
      },
    };
  },
};

/** Consumers that count, and get their share of the same events. */
class SharedCounts {
  found: Twice | null = null;
  readonly #groups: ReadonlyMap<StageId, number>;
  readonly #initial = new Map<StageId, ReadonlySet<string>>();
  readonly #events = new Map<StageId, readonly TraceValue[]>();
  readonly #tries = new Map<string, number>();
  /** By group and key. */
  readonly #counted = new Map<string, StageId>();

  /** @param groups - Consumers that share events have the same number. */
  constructor(groups: ReadonlyMap<StageId, number>) {
    this.#groups = groups;
  }

  start(stage: StageId, state: TraceValue): void {
    if (!this.#groups.has(stage)) return;
    this.#initial.set(stage, new Set(Array.from(entriesByKey(state), ([key]) => key)));
  }

  begin(stage: StageId, events: readonly TraceValue[]): void {
    if (this.#groups.has(stage)) this.#events.set(stage, events);
  }

  end(stage: StageId, state: TraceValue, at: Seq): void {
    const group = this.#groups.get(stage);
    if (group === undefined || this.found || this.#counted.size >= MOST_KEYS) return;
    for (const [key, value] of entriesByKey(state)) {
      if (typeof value !== 'number' || this.#initial.get(stage)?.has(key)) continue;
      const name = `${group} ${key}`;
      const other = this.#counted.get(name);
      if (other === stage || !this.#cameWithEvents(stage, key)) continue;
      if (other === undefined) this.#counted.set(name, stage);
      else this.found ??= { key, stages: [other, stage], at };
    }
  }

  #cameWithEvents(stage: StageId, key: string): boolean {
    const name = `${stage} ${key}`;
    const tries = this.#tries.get(name) ?? 0;
    if (tries === TRIES || this.#tries.size >= MOST_KEYS) return false;
    this.#tries.set(name, tries + 1);
    for (const event of this.#events.get(stage) ?? []) {
      for (const [, value] of namesIn(event)) if (String(value) === key) return true;
    }
    return false;
  }
}

/** Last layers of flows that reduce in several stages, and whose pairs go to somebody who keeps nothing. */
class LayerCounts {
  #found: (Twice & { readonly layer: LayerView }) | null = null;
  readonly #layers = new Map<StageId, LayerView>();
  /** Flows' layers by the consumers of what they emit. */
  readonly #sinks = new Map<StageId, LayerView>();
  readonly #merged = new Set<LayerView>();
  readonly #emitted = new Map<string, StageId>();
  /** Pairs that came in: whoever hands them on has not counted anything. */
  readonly #received = new Set<string>();
  /** The first events that came in, as text: a key that is in none of them is a name, such as that of a window. */
  readonly #cameIn: string[] = [];
  readonly #names = new Set<string>();

  constructor(plan: PlanView) {
    const { flows = [], subscriptions } = plan;
    const dealing = dealingStages(plan);
    for (const { layers } of flows) {
      const last = layers.at(-1);
      if (!last || last.stages.length < 2 || !last.operations.includes('reduce')) continue;
      const isDealt = subscriptions.every(
        ({ consumer, producer }) => !last.stages.includes(consumer) || dealing.has(producer),
      );
      if (!isDealt) continue;
      for (const stage of last.stages) this.#layers.set(stage, last);
      for (const { producer, consumer } of subscriptions) {
        if (last.stages.includes(producer)) this.#sinks.set(consumer, last);
      }
    }
  }

  /** What nobody puts together. */
  get found(): (Twice & { readonly layer: LayerView }) | null {
    return this.#found && !this.#merged.has(this.#found.layer) ? this.#found : null;
  }

  begin(stage: StageId, events: readonly TraceValue[]): void {
    if (!this.#layers.has(stage) || this.#found) return;
    for (const event of events) {
      if (this.#cameIn.length < MOST_KEYS) this.#cameIn.push(JSON.stringify(event));
      const pair = countOf(event);
      if (pair && this.#received.size < MOST_KEYS) this.#received.add(pair.join(' '));
    }
  }

  end(
    stage: StageId,
    {
      emitted,
      state,
      seq,
    }: { readonly emitted: readonly TraceValue[]; readonly state: TraceValue; readonly seq: Seq },
  ): void {
    // Whoever keeps something may add up what the partitions found.
    const sunk = this.#sinks.get(stage);
    if (sunk && (state !== null || emitted.length > 0)) this.#merged.add(sunk);
    const layer = this.#layers.get(stage);
    if (!layer || this.#found || this.#received.size >= MOST_KEYS) return;
    for (const event of emitted) {
      const pair = countOf(event);
      if (!pair || this.#received.has(pair.join(' '))) continue;
      const [key] = pair;
      const other = this.#emitted.get(key);
      if (other === undefined && this.#emitted.size < MOST_KEYS) this.#emitted.set(key, stage);
      if (other === undefined || other === stage || this.#isName(key)) continue;
      this.#found = { key, stages: [other, stage], at: seq, layer };
      return;
    }
  }

  #isName(key: string): boolean {
    if (this.#names.has(key)) return true;
    const text = JSON.stringify(key).slice(1, -1);
    const isName = !this.#cameIn.some((event) => event.includes(text));
    if (isName) this.#names.add(key);
    return isName;
  }
}

/** A word and a number: what comes out where somebody has counted. */
function countOf(event: TraceValue): readonly [key: string, count: number] | null {
  if (event === null || typeof event !== 'object' || !isList(event) || event.length !== 2) return null;
  const [key, count] = event;
  return typeof key === 'string' && typeof count === 'number' ? [key, count] : null;
}

/** Consumers of one producer that deals its events out, by producer. */
function sharingConsumers(plan: PlanView): ReadonlyMap<StageId, number> {
  const { stages, subscriptions } = plan;
  const dealing = dealingStages(plan);
  const groups = new Map<StageId, number>();
  const consumers = new Set(
    stages.flatMap(({ id, kind, copyOf }) => (kind === 'consumer' && copyOf === undefined ? [id] : [])),
  );
  for (const [group, { id }] of stages.entries()) {
    if (!dealing.has(id)) continue;
    const own = subscriptions.filter(({ producer, consumer }) => producer === id && consumers.has(consumer));
    if (own.length > 1) for (const { consumer } of own) groups.set(consumer, group);
  }
  return groups;
}

/** Stages each of whose events goes to one consumer and to no other. */
function dealingStages({ stages }: PlanView): ReadonlySet<StageId> {
  return new Set(
    stages.flatMap(({ id, dispatcher }) =>
      dispatcher === 'demand' || dispatcher === 'partition' ? [id] : [],
    ),
  );
}

function atConsumers({ key, stages: [one, other], at }: Twice): Finding {
  return {
    misconception: 'any-routing-will-do',
    says: `${valueText(key)} has a number at “${one}” and one at “${other}”: neither has seen all of its events.`,
    hints: [
      `Compare the states of “${one}” and “${other}” at this moment, key by key.`,
      'Which stage gets an event matters as soon as a stage remembers something about its key: equal keys have to meet in one place.',
      'Look at how the producer deals its events out. A partitionDispatcher whose hash depends on nothing but that key sends equal keys to the same consumer.',
    ],
    at,
    subject: { type: 'stage', id: other },
  };
}

function inLayer({ key, stages: [one, other], at, layer }: Twice & { readonly layer: LayerView }): Finding {
  const isPartitioned = layer.boundary === 'partition';
  return {
    misconception: isPartitioned ? 'any-routing-will-do' : 'reduce-sees-everything',
    says: `${valueText(key)} came out of “${one}” and out of “${other}”: each has seen only its own share of the events.`,
    hints: [
      `Look at what “${other}” emits here, and at what “${one}” has emitted for the same key.`,
      isPartitioned
        ? 'A partition sees all events of its keys, and only if the key by which events are routed is the one by which they are counted.'
        : 'Each of the parallel reducers sees its own share of the events. Nobody puts the shares together by itself.',
      isPartitioned
        ? 'Compare the key of partition with what reduce counts by. They have to be the same.'
        : 'Bring equal keys together before they are counted: partition, by the key that reduce counts by.',
    ],
    at,
    subject: { type: 'stage', id: other },
  };
}
