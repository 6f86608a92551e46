import {
  ask,
  broadcastDispatcher,
  cancel,
  consumer,
  demandDispatcher,
  ignore,
  partitionDispatcher,
  pipeline,
  producer,
  producerConsumer,
  reply,
  self,
  stop,
  withOptions,
  type Caller,
  type StageDefinition,
  type StageOptions,
  type Step,
  type Subscription,
  type SubscribeOptions,
  type SubscribeStep,
  type SubscribeTo,
} from 'sluice';
import { enumerableOf } from './enumerable.ts';
import { supervisorOf } from './supervisors.ts';
import { functionOf, hashOf, isList, list, record, same, selectorOf } from './functions.ts';
import type { Json, JsonRecord, StageSpec } from './recording.ts';

/** One callback as it was called. `emit` is set once it has returned. */
export type Call = Record<string, Json>;

/** A recorded stage as a definition, and what its callbacks will have logged. */
export interface Interpreted {
  readonly definition: () => StageDefinition;
  readonly log: Call[];
}

/** Marks a scenario that needs what the engine does not have (yet). */
export class Unsupported extends Error {}

const NAMES_OF_OPTIONS: Readonly<Record<string, string>> = {
  buffer_size: 'bufferSize',
  buffer_keep: 'bufferKeep',
  demand: 'demand',
  dispatcher: 'dispatcher',
  subscribe_to: 'subscribeTo',
  max_demand: 'maxDemand',
  min_demand: 'minDemand',
  cancel: 'cancel',
  max_restarts: 'maxRestarts',
  max_seconds: 'maxSeconds',
  shuffle_demands_on_first_dispatch: 'shuffleDemandsOnFirstDispatch',
};

/** Options with our names and values: `buffer_size: "infinity"` becomes `bufferSize: Infinity`. */
export function optionsOf(options: JsonRecord): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [NAMES_OF_OPTIONS[name] ?? name, optionOf(name, value)]),
  );
}

function optionOf(name: string, value: Json): unknown {
  if (name === 'dispatcher') return dispatcherOf(value);
  if (name === 'subscribe_to' && isList(value)) return value.map(targetOf);
  // A selector that is no function is one of the mistakes that are replayed.
  if (name === 'selector' && typeof value === 'object' && value !== null && 'fn' in value)
    return selectorOf(value);
  return name === 'buffer_size' && value === 'infinity' ? Infinity : value;
}

function targetOf(value: Json): SubscribeTo {
  // A bare name, or what is no target at all and there to be refused.
  if (typeof value !== 'object' || value === null || isList(value)) return value as never;
  const { to, plain, sub, ...options } = record(value);
  if (plain === true) return String(to);
  return { ...optionsOf(options), to: String(to), ...(typeof sub === 'string' ? { sub } : {}) };
}

function dispatcherOf(value: Json): unknown {
  const { raw, type, ...options } = typeof value === 'string' ? { type: value } : record(value);
  if (raw !== undefined) return rawDispatcher(raw);
  switch (type) {
    case 'demand':
      return demandDispatcher(optionsOf(options));
    case 'broadcast':
      return broadcastDispatcher();
    case 'partition': {
      const { partitions, hash } = options as JsonRecord;
      // Without partitions, or with wrong ones: they are there to be refused.
      const given = { partitions: partitionsOf(partitions) as never };
      return partitionDispatcher<Json, string | number>(
        hash === undefined ? given : { ...given, hash: hashOf(hash) },
      );
    }
    default:
      throw new Unsupported(`the ${String(type)} dispatcher`);
  }
}

const MODULES: Readonly<Record<string, string>> = {
  'Elixir.GenStage.DemandDispatcher': 'demand',
  'Elixir.GenStage.BroadcastDispatcher': 'broadcast',
  'Elixir.GenStage.PartitionDispatcher': 'partition',
};

/** Any name, with or without options, is a dispatcher to Elixir until the start calls it; anything else is refused. */
function rawDispatcher(raw: Json): unknown {
  const [module, options] = isList(raw) && raw.length === 2 && isList(raw[1] ?? null) ? raw : [raw, []];
  if (module !== null && typeof module !== 'string' && typeof module !== 'boolean') return raw;
  const type = MODULES[String(module)];
  if (type === undefined) return { name: String(module), create: () => missingModule(String(module)) };
  return dispatcherOf({ type, ...Object.fromEntries(list(options).map((pair) => list(pair))) });
}

function missingModule(module: string): never {
  throw new Error(`${module} is no dispatcher`);
}

/** Partitions may be given as a range, both ends included. */
function partitionsOf(value: Json | undefined): unknown {
  if (typeof value !== 'object' || value === null || !('range' in value)) return value;
  const [first, last] = list(value.range).map(Number);
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
}

type Handled = Step<Json, Json> | SubscribeStep<Json> | string | undefined;

/**
 * Interprets the behaviour of one recorded stage.
 *
 * @param nameOf - The recorded name of a subscription, by its id; `given` when its options tell it.
 */
export function interpret(
  spec: StageSpec,
  nameOf: (subscription: string, given?: unknown) => string,
): Interpreted {
  const log: Call[] = [];
  const behaviour = new Behaviour(spec, log, nameOf);
  return { log, definition: () => behaviour.definition() };
}

/** The stage that the recordings were made with, in terms of Sluice. */
class Behaviour {
  readonly #spec: StageSpec;
  readonly #b: JsonRecord;
  readonly #log: Call[];
  /** Subscriptions it takes part in, by id; for messages that name one. */
  readonly #from = new Map<string, Subscription>();
  /** Kept beyond their end, to ask on what is over. */
  readonly #pinned = new Map<string, Subscription>();
  readonly #nameOf: (subscription: string, given?: unknown) => string;
  #handled = 0;
  /** The list has become empty: whoever has it says so once. */
  #finished = false;

  constructor(spec: StageSpec, log: Call[], nameOf: (subscription: string, given?: unknown) => string) {
    this.#nameOf = nameOf;
    this.#spec = spec;
    this.#b = spec.behaviour;
    this.#log = log;
  }

  definition(): StageDefinition {
    const { name, kind, module, options } = this.#spec;
    const { init: chosen } = this.#b;
    if (chosen !== undefined && isList(chosen) && chosen[0] === 'bad' && kind !== 'consumer_supervisor')
      refuseAsDefinition(name, chosen[1]);
    const init = () => this.#init();
    // Wrong options are the point of some scenarios, so nothing about them is known to the compiler.
    const given: StageOptions = optionsOf(options);
    const events = (batch: Json[], state: Json, from: Subscription) =>
      this.#logged({ cb: 'handle_events', sub: this.#nameOf(from.id), events: batch }, () =>
        this.#events(batch, state, from),
      );
    const demand = (count: number, state: Json) =>
      this.#logged({ cb: 'handle_demand', demand: count }, () => this.#demand(count, state));
    const common = module === 'bare' ? {} : this.#common();
    const discarded =
      'format_discarded' in this.#b ? { formatDiscarded: (n: number) => this.#discarded(n) } : {};
    switch (kind) {
      case 'producer':
        return producer<Json, Json>({ init, handleDemand: demand, ...common, ...discarded, ...given });
      case 'producer_consumer':
        return producerConsumer<Json, Json, Json>({
          init,
          handleEvents: events,
          ...common,
          ...discarded,
          ...given,
        });
      case 'consumer':
        // A consumer that emits is one of the mistakes that are replayed.
        return consumer<Json, Json>({ init, handleEvents: events as never, ...common, ...given });
      case 'enumerable':
        return enumerableOf(this.#b, optionsOf(options));
      case 'consumer_supervisor':
        return supervisorOf(this.#b, optionsOf(options), this.#log);
      default:
        throw new Unsupported(`a ${kind}`);
    }
  }

  #init() {
    const { init } = this.#b;
    if (init === 'ignore') return ignore();
    if (init === 'raise') throw new Error('init raised');
    if (isList(init) && init[0] === 'stop') return stop(init[1]);
    return withOptions<Json>(this.#initial(), {});
  }

  #initial(): Json {
    switch (this.#b['type']) {
      case 'counter':
        return { next: this.#b['from'] ?? 0, made: 0 };
      case 'fixed':
        return { next: this.#b['from'] ?? 0, made: 0 };
      case 'queue':
        return { queue: this.#b['events'] ?? [], pending: 0 };
      case 'list':
        return this.#b['events'] ?? [];
      case 'hold':
      case 'chunk':
        return [];
      default:
        return null;
    }
  }

  #common() {
    return {
      handleSubscribe: (
        peer: 'producer' | 'consumer',
        options: SubscribeOptions,
        _state: Json,
        from: Subscription,
      ) =>
        this.#logged(
          {
            cb: 'handle_subscribe',
            as: peer,
            sub: this.#nameOf(from.id, options['sub']),
            peer: from.peer,
          },
          () => this.#subscribed(peer, options, from),
        ),
      handleCancel: (end: { kind: string; reason: unknown }, state: Json, from: Subscription) =>
        this.#logged(
          {
            cb: 'handle_cancel',
            kind: end.kind,
            reason: jsonOf(end.reason),
            sub: this.#nameOf(from.id),
            peer: from.peer,
          },
          () => this.#cancelled(state, from),
        ),
      handleCall: (request: unknown, state: Json, from: Caller) =>
        this.#logged({ cb: 'handle_call', msg: jsonOf(request) }, () =>
          this.#call(list(jsonOf(request)), state, from),
        ),
      handleCast: (request: unknown, state: Json) =>
        this.#logged({ cb: 'handle_cast', msg: jsonOf(request) }, () =>
          this.#message(jsonOf(request), state),
        ),
      handleInfo: (request: unknown, state: Json) =>
        this.#logged({ cb: 'handle_info', msg: jsonOf(request) }, () =>
          this.#message(jsonOf(request), state),
        ),
      terminate: (reason: unknown) => {
        this.#log.push({ cb: 'terminate', reason: jsonOf(reason) });
      },
    };
  }

  /** Logs the call, and what it emits once that is known. What is no step is passed on as it is, to be refused. */
  #logged<Result extends Handled>(call: Call, handle: () => Result): Exclude<Result, string> {
    this.#log.push(call);
    const step = handle();
    if (typeof step === 'object' && 'events' in step && step.stop === undefined)
      call['emit'] = [...(step.events ?? [])];
    return step as Exclude<Result, string>;
  }

  #discarded(n: number): boolean {
    this.#log.push({ cb: 'format_discarded', n });
    const answer = this.#b['format_discarded'];
    return answer !== null && answer !== false;
  }

  #subscribed(
    peer: 'producer' | 'consumer',
    options: SubscribeOptions,
    from: Subscription,
  ): SubscribeStep<Json> | string | undefined {
    this.#from.set(this.#nameOf(from.id), from);
    const choice = this.#b[peer === 'producer' ? 'on_subscribe' : 'on_consumer'];
    // What is no step is passed on as it is, to be refused.
    if (isList(choice)) return choice[0] === 'stop' ? { stop: choice[1] } : ((choice[1] ?? null) as string);
    if (peer === 'producer') {
      const count = this.#b['ask_on_subscribe'];
      if (count !== undefined) ask(from, count === 'max' ? (options.maxDemand ?? 1_000) : Number(count));
    }
    return choice === 'manual' || choice === 'automatic' ? { mode: choice } : undefined;
  }

  #cancelled(_state: Json, from: Subscription): Step<Json, Json> {
    this.#from.delete(this.#nameOf(from.id));
    const choice = this.#b['on_cancel'];
    if (!isList(choice)) return {};
    const [what, value = null] = choice;
    switch (what) {
      case 'emit':
        return { events: list(value) };
      case 'stop':
        return { stop: value };
      case 'stop_when_no_subs':
        return this.#from.size === 0 ? { stop: value } : {};
      default:
        return { hibernate: true };
    }
  }

  #demand(count: number, state: Json): Step<Json, Json> | string {
    const b = this.#b;
    switch (b['type']) {
      case 'counter':
        return this.#count(Math.min(count, Number(b['cap'] ?? Infinity)) + Number(b['extra'] ?? 0), state);
      case 'fixed':
        return this.#count(Number(b['size']), state);
      case 'echo':
        return { events: [count] };
      case 'queue': {
        const { queue, pending } = record(state);
        return this.#serve(list(queue), Number(pending) + count);
      }
      case 'list':
        return this.#fromList(count, list(state));
      case 'stop_on_demand':
        return { stop: b['reason'] };
      case 'bad_demand':
        return 'bad_return';
      default:
        return { events: [] };
    }
  }

  #count(wanted: number, state: Json): Step<Json, Json> {
    const { next, made } = record(state);
    const limit = Number(this.#b['limit'] ?? Infinity);
    const size = Math.max(0, Math.min(wanted, limit - Number(made)));
    const events = Array.from({ length: size }, (_, i) => Number(next) + i);
    return { events, state: { next: Number(next) + size, made: Number(made) + size } };
  }

  #serve(queue: readonly Json[], pending: number): Step<Json, Json> {
    const size = Math.min(queue.length, pending);
    return { events: queue.slice(0, size), state: { queue: queue.slice(size), pending: pending - size } };
  }

  #fromList(count: number, left: readonly Json[]): Step<Json, Json> {
    const rest = left.slice(count);
    const finish = this.#b['finish'] ?? 'stop';
    if (rest.length === 0 && !this.#finished) {
      this.#finished = true;
      if (finish === 'stop') self().queueInfo('finished');
      if (finish === 'stop_now') self().info('finished');
    }
    return { events: left.slice(0, count), state: rest };
  }

  #events(batch: readonly Json[], state: Json, from: Subscription): Step<Json, Json> | string {
    const b = this.#b;
    this.#handled += batch.length;
    if (b['raise_on'] !== undefined && batch.some((one) => same(one, b['raise_on']))) {
      throw new Error(`refused event ${JSON.stringify(b['raise_on'])}`);
    }
    if (b['bad_on'] !== undefined && batch.some((one) => same(one, b['bad_on']))) return 'bad_return';
    // JavaScript knows no exit from within: to stop without a step of one's own comes to the same.
    for (const key of ['exit_on', 'stop_on']) {
      const choice = b[key];
      if (isList(choice) && batch.some((one) => same(one, choice[0]))) return { stop: choice[1] };
    }
    const again = b['ask_back'];
    if (again !== undefined) ask(from, again === 'same' ? batch.length : Number(again));
    const step = this.#transform(batch, state);
    return b['hibernate'] ? { ...step, hibernate: true } : step;
  }

  #transform(batch: readonly Json[], state: Json): Step<Json, Json> {
    const b = this.#b;
    switch (b['type']) {
      case 'map':
        return { events: batch.map(functionOf(b['f'])) };
      case 'filter': {
        const keep = functionOf(b['f']);
        return { events: batch.filter((one) => ![null, false].includes(keep(one) as null)) };
      }
      case 'each': {
        const many = functionOf(b['f']);
        return { events: batch.flatMap((one) => list(many(one))) };
      }
      case 'hold':
        return { events: [], state: [...list(state), ...batch] };
      case 'chunk': {
        const size = Number(b['n']);
        const all = [...list(state), ...batch];
        const whole = Math.floor(all.length / size);
        const events = Array.from({ length: whole }, (_, i) => all.slice(i * size, (i + 1) * size));
        return { events, state: all.slice(whole * size) };
      }
      case 'defer':
        self().info(['deferred', [...batch]]);
        return { events: [] };
      case 'emitting_consumer':
        return { events: list(b['events']) };
      default:
        return { events: [] };
    }
  }

  #message(message: Json, state: Json): Step<Json, Json> | string {
    if (message === 'finished') return { stop: this.#b['reason'] ?? 'normal' };
    const [what, ...args] = isList(message) ? message : [message];
    switch (what) {
      case 'push':
        return this.#push(list(args[0]), state);
      case 'deferred':
        return { events: list(args[0]) };
      case 'flush':
        return isList(state) ? { events: state, state: [] } : {};
      case 'pin': {
        const from = this.#from.get(String(args[0]));
        if (from) this.#pinned.set(String(args[0]), from);
        return {};
      }
      case 'ask': {
        const from = this.#subscription(args[0]);
        if (from) ask(from, Number(args[1]));
        return {};
      }
      case 'cancel': {
        const from = this.#subscription(args[0]);
        if (from) cancel(from, args[1]);
        return {};
      }
      case 'stop':
        return { stop: args[0] };
      case 'raise':
        throw new Error(String(args[0]));
      case 'bad':
        return 'bad_return';
      case 'push_then_stop':
        self().queueInfo(['stop', args[1] ?? null]);
        return { events: list(args[0]) };
      case 'hibernate':
        return { events: [], hibernate: true };
      default:
        return {};
    }
  }

  #subscription(name: Json | undefined): Subscription | undefined {
    return this.#from.get(String(name)) ?? this.#pinned.get(String(name));
  }

  #push(events: readonly Json[], state: Json): Step<Json, Json> {
    if (this.#b['type'] !== 'queue') return { events };
    const { queue, pending } = record(state);
    return this.#serve([...list(queue), ...events], Number(pending));
  }

  #call(message: readonly Json[], state: Json, from: Caller): Step<Json, Json> | string {
    const [what, value = null] = message;
    switch (what) {
      case 'push':
        return { ...this.#push(list(value), state), reply: 'ok' };
      case 'push_reply_first':
        reply(from, 'early');
        return this.#push(list(value), state);
      case 'stop':
        return { stop: value, reply: 'stopping' };
      case 'stop_noreply':
        return { stop: value };
      case 'count':
        return { reply: this.#handled };
      case 'count_hibernate':
        return { reply: this.#handled, hibernate: true };
      case 'bad':
        return 'bad_return';
      default:
        return {};
    }
  }
}

/**
 * GenStage is told the kind of a stage by `init`, and refuses what names none (GS-001, GS-002). Here the definition tells
 * it, and what is none is refused.
 */
function refuseAsDefinition(name: string, given: unknown): void {
  const definition: StageDefinition = given as never;
  pipeline(({ start }) => void start(name, definition));
}

/** What crosses a callback here always came from a recording. */
export function jsonOf(value: unknown): Json {
  const plain: Json = JSON.parse(JSON.stringify(value ?? null));
  return plain;
}
