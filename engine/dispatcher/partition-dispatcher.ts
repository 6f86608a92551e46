import { EngineError, didYouMean } from '../errors.ts';
import type { StageId, SubscriptionId } from '../ids.ts';
import { describe } from '../trace/trace-value.ts';
import type {
  Delivery,
  Demand,
  DispatchOptions,
  Dispatched,
  Dispatcher,
  DispatcherContext,
  DispatcherSpec,
  QueueChange,
} from './dispatcher.ts';
import { eventHash } from './event-hash.ts';
import { PartitionQueue, type WaitingInfo } from './partition-queue.ts';

export type PartitionName = string | number;

/** What a hash returns for an event that no partition should get. Known by its name in every copy of the engine. */
export const none: unique symbol = Symbol.for('sluice.none');

export interface PartitionDispatcherOptions<Event, Name extends PartitionName> {
  /** How many partitions, named 0, 1, 2 …; or their names. A name given twice counts once. */
  readonly partitions: number | Iterable<Name>;
  /**
   * Which partition gets an event, and the event as it is to be sent; or {@link none}. The same event must always give the
   * same answer. Left out, equal events go to one partition and different ones are spread evenly; names that are not all
   * integers need a hash of their own.
   */
  readonly hash?: (event: Event) => readonly [event: unknown, partition: NoInfer<Name>] | typeof none;
}

const OPTIONS = ['partitions', 'hash'];
/** Each has a queue, and one consumer: no pipeline may have more stages. */
const MAX_PARTITIONS = 10_000;
const AT = 'partitionDispatcher';

/**
 * Sends each event to the one consumer of its partition. Every subscription names a partition of its own:
 * `subscribe(sink, { to: source, partition: 0 })`. Events of a partition without demand, or without consumer, wait in
 * the dispatcher, without limit.
 *
 * @throws {EngineError} `option_unknown`, `option_out_of_range`, `partitions_without_hash`.
 * @example
 * const dispatcher = partitionDispatcher({
 *   partitions: ['even', 'odd'],
 *   hash: (n: number) => [n, n % 2 === 0 ? 'even' : 'odd'],
 * });
 */
export function partitionDispatcher<Event = unknown, const Name extends PartitionName = number>(
  options: PartitionDispatcherOptions<Event, Name>,
): DispatcherSpec {
  const given: unknown = options ?? {};
  if (!isRecord(given)) throw outOfRange('options', 'an object with partitions', given);
  for (const option of Object.keys(given)) {
    if (OPTIONS.includes(option)) continue;
    const nearest = didYouMean(option, OPTIONS);
    throw new EngineError('option_unknown', { option, at: AT, nearest, allowed: OPTIONS.join(', ') });
  }
  const names = namesOf(given['partitions']);
  const hash = given['hash'];
  if (hash !== undefined && !isHash(hash)) throw outOfRange('hash', 'a function of an event', hash);
  if (!hash && !names.every((name) => Number.isInteger(name)))
    throw new EngineError('partitions_without_hash', { received: listed(names) });
  return {
    name: 'partition',
    partitions: names,
    checksPlan: true,
    create: (context) => new PartitionDispatcher({ names, hash: hash ?? null }, context),
  };
}

/**
 * Sends events with equal keys to one consumer: the keys are hashed as whole events are by {@link partitionDispatcher}.
 *
 * @param partitions - How many, named 0, 1, 2 …
 * @param key - `null`: the event itself.
 */
export function partitionByKey(
  partitions: number,
  key: ((event: unknown) => unknown) | null,
): DispatcherSpec {
  const names = namesOf(partitions);
  return {
    name: 'partition',
    partitions: names,
    checksPlan: true,
    create: (context) => new PartitionDispatcher({ names, hash: null, key }, context),
  };
}

type Hash = (event: unknown) => unknown;

/** One partition: who gets its events, and how many it may have. */
interface Partition<T> {
  readonly name: PartitionName;
  taken: { readonly by: StageId; readonly subscription: SubscriptionId } | null;
  /** Asked for and not yet delivered. Invariant: 0 while it is queueing. */
  demand: number;
  /** Its demand is used up: events go behind those of its queue until it has asked for more than the queue holds. */
  isQueueing: boolean;
  readonly queue: PartitionQueue<T>;
  /** Events of the dispatch under way. */
  batch: T[];
}

/** Gives each event to the partition its hash names; keeps what the partition has not asked for. */
export class PartitionDispatcher<T> implements Dispatcher<T> {
  readonly #context: DispatcherContext;
  readonly #hash: Hash | null;
  readonly #key: ((event: unknown) => unknown) | null;
  /** In the order in which they are served. */
  readonly #partitions: readonly Partition<T>[];
  readonly #byName: ReadonlyMap<unknown, Partition<T>>;
  readonly #bySubscription = new Map<SubscriptionId, Partition<T>>();
  /** Passed on to the producer and not yet made use of, over all partitions: so many events are hashed at most. */
  #waiting = 0;
  /** Demand already sent upstream for subscriptions that have since been cancelled. */
  #carried = 0;

  constructor(
    options: {
      readonly names: readonly PartitionName[];
      readonly hash: Hash | null;
      /** What is hashed of an event where there is no hash. Default: all of it. */
      readonly key?: ((event: unknown) => unknown) | null;
    },
    context: DispatcherContext,
  ) {
    this.#context = context;
    this.#hash = options.hash;
    this.#key = options.key ?? null;
    this.#partitions = options.names.map((name) => ({
      name,
      taken: null,
      demand: 0,
      isQueueing: false,
      queue: new PartitionQueue<T>(),
      batch: [],
    }));
    this.#byName = new Map(this.#partitions.map((one) => [one.name, one]));
  }

  get queued(): number {
    let size = 0;
    for (const { queue } of this.#partitions) size += queue.size;
    return size;
  }

  subscribe(id: SubscriptionId, options: DispatchOptions, consumer: StageId): number {
    const partition = this.#partitionFor(options['partition'], consumer);
    partition.taken = { by: consumer, subscription: id };
    this.#bySubscription.set(id, partition);
    return 0;
  }

  ask(id: SubscriptionId, count: number): Demand<T> {
    const partition = this.#bySubscription.get(id);
    if (!partition) return 0;
    const reused = Math.min(this.#carried, count);
    this.#carried -= reused;
    const demand = count - reused;
    this.#waiting += demand;
    if (!partition.isQueueing) {
      partition.demand += count;
      return demand;
    }
    const { batches, passed, missing } = partition.queue.take(count);
    partition.demand = missing;
    partition.isQueueing = missing === 0;
    const deliveries = batches.map((events) => ({ to: id, events }));
    return { demand, deliveries, ...removed(partition, count - missing), ...due(passed) };
  }

  cancel(id: SubscriptionId): Demand<T> {
    const partition = this.#bySubscription.get(id);
    if (!partition) return 0;
    this.#bySubscription.delete(id);
    partition.taken = null;
    this.#carried += partition.demand;
    partition.demand = 0;
    if (!partition.isQueueing) return 0;
    partition.isQueueing = false;
    const { lost, passed } = partition.queue.clear();
    // As many others are wanted in their place.
    this.#waiting += lost;
    return { demand: lost, lost, ...removed(partition, lost), ...due(passed) };
  }

  dispatch(events: readonly T[]): Dispatched<T> {
    let hashed = 0;
    let dropped = 0;
    for (const event of events) {
      if (this.#waiting === 0) break;
      hashed++;
      if (this.#place(event)) this.#waiting--;
      else dropped++;
    }
    const deliveries: Delivery<T>[] = [];
    const queues: QueueChange[] = [];
    for (const partition of this.#partitions) {
      if (partition.batch.length === 0) continue;
      const { batch } = partition;
      partition.batch = [];
      const kept = this.#deliver(partition, batch, deliveries);
      if (kept.length > 0) {
        const { name, queue } = partition;
        queues.push({ partition: name, added: kept.length, removed: 0, size: queue.size, events: kept });
      }
    }
    return { deliveries, leftover: hashed === 0 ? events : events.slice(hashed), dropped, queues };
  }

  info(request: unknown): boolean {
    const info: WaitingInfo = { request, queues: 0 };
    for (const { isQueueing, queue } of this.#partitions) {
      if (!isQueueing) continue;
      info.queues++;
      queue.addInfo(info);
    }
    return info.queues === 0;
  }

  /** Sends what the partition has asked for and keeps the rest; answers with what it keeps. */
  #deliver(partition: Partition<T>, batch: readonly T[], deliveries: Delivery<T>[]): readonly T[] {
    const { demand, taken, queue } = partition;
    const size = Math.min(demand, batch.length);
    if (taken && size > 0) {
      const events = size === batch.length ? batch : batch.slice(0, size);
      deliveries.push({ to: taken.subscription, events });
    }
    partition.demand = demand - size;
    partition.isQueueing = partition.demand === 0;
    const kept = size === 0 ? batch : batch.slice(size);
    queue.add(kept, 0);
    return kept;
  }

  /** Puts an event where its hash says; `false` if that is nowhere. */
  #place(event: T): boolean {
    if (!this.#hash) {
      const hashed = this.#key ? this.#key(event) : event;
      this.#partitions[eventHash(hashed) % this.#partitions.length]?.batch.push(event);
      return true;
    }
    const answer = this.#hash(event);
    if (answer === none) return false;
    const { stage } = this.#context;
    if (!Array.isArray(answer) || answer.length !== 2)
      throw new EngineError('hash_answer', { stage, event: describe(event), received: describe(answer) });
    const [sent, name]: [T, unknown] = [answer[0], answer[1]];
    const partition = this.#byName.get(name);
    if (!partition) {
      throw new EngineError('hash_partition_unknown', {
        stage,
        event: describe(event),
        received: describe(name),
        ...this.#known(name),
      });
    }
    partition.batch.push(sent);
    return true;
  }

  #partitionFor(name: unknown, consumer: StageId): Partition<T> {
    const { stage } = this.#context;
    if (name === undefined || name === null)
      throw new EngineError('partition_missing', { stage, consumer, known: this.#known(name).known });
    const partition = this.#byName.get(name);
    if (!partition) {
      const received = describe(name);
      throw new EngineError('partition_unknown', { stage, consumer, received, ...this.#known(name) });
    }
    if (partition.taken) {
      const { by: holder } = partition.taken;
      throw new EngineError('partition_taken', { stage, consumer, partition: describe(name), holder });
    }
    return partition;
  }

  #known(name: unknown): { readonly known: string; readonly nearest: string } {
    const names = this.#partitions.map((one) => one.name);
    const alike = names.find((one) => String(one) === String(name));
    const nearest =
      alike === undefined
        ? didYouMean(
            String(name),
            names.filter((one) => typeof one === 'string'),
          )
        : `; did you mean ${describe(alike)}?`;
    return { known: listed(names), nearest };
  }
}

function removed(
  { name, queue }: Partition<unknown>,
  count: number,
): { readonly queues?: readonly QueueChange[] } {
  return count === 0 ? {} : { queues: [{ partition: name, added: 0, removed: count, size: queue.size }] };
}

/** The infos that no other queue holds back any more. */
function due(passed: readonly WaitingInfo[]): { readonly infos?: readonly unknown[] } {
  if (passed.length === 0) return {};
  for (const info of passed) info.queues--;
  return { infos: passed.filter(({ queues }) => queues === 0).map(({ request }) => request) };
}

function namesOf(given: unknown): readonly PartitionName[] {
  const requirement = `an integer from 1 to ${MAX_PARTITIONS.toLocaleString('en')} or a list of names, each a text or a number`;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= MAX_PARTITIONS)
    return Array.from({ length: given }, (_, i) => i);
  if (!isIterable(given)) throw outOfRange('partitions', requirement, given);
  const names = new Set<unknown>();
  for (const name of given) {
    // The list may be one that never ends.
    if (names.add(name).size > MAX_PARTITIONS) throw outOfRange('partitions', requirement, given);
  }
  return sortedNames([...names], requirement, given);
}

function sortedNames(names: unknown[], requirement: string, given: unknown): readonly PartitionName[] {
  if (names.length === 0 || !names.every(isName)) throw outOfRange('partitions', requirement, given);
  // GenStage's order of keys: numbers first, by size, then names by their letters.
  return names.sort(compareNames);
}

function compareNames(a: PartitionName, b: PartitionName): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : 1;
}

function listed(names: readonly PartitionName[]): string {
  return names.map((name) => describe(name)).join(', ');
}

function outOfRange(option: string, requirement: string, received: unknown): EngineError {
  return new EngineError('option_out_of_range', {
    option,
    at: AT,
    requirement,
    received: describe(received),
  });
}

function isName(value: unknown): value is PartitionName {
  return typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value));
}

function isHash(value: unknown): value is Hash {
  return typeof value === 'function';
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
