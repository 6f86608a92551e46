import {
  EngineError,
  hostStream,
  StageHost,
  type Envelope,
  type RemoteEnvelope,
  type StageDefinition,
  type StageMessage,
} from 'sluice';
import { RandomTurns, RoundRobin, type Turns } from '../../engine/time/turns.ts';
import { seededRandom } from '../../engine/time/random.ts';
import { VirtualScheduler } from '../../engine/time/virtual-scheduler.ts';
import { Unsupported, interpret, jsonOf, optionsOf, type Call } from './behaviours.ts';
import { ChildNames } from './child-names.ts';
import { isList, list, record } from './functions.ts';
import { PROBE, Probe } from './probe.ts';
import type { Json, Scenario } from './recording.ts';
import { beginsWithUnknown, collect, streamOf } from './streams.ts';
import { receivedIn } from './values.ts';

/** What a replay of one scenario has shown, in the words of the recordings. */
export interface Observed {
  readonly results: readonly Json[];
  readonly logs: Readonly<Record<string, readonly Call[]>>;
  readonly diags: Readonly<Record<string, readonly Json[]>>;
  readonly exits: Readonly<Record<string, Json>>;
  readonly turns: readonly Json[];
  readonly snapshots: readonly { readonly step: number; readonly stages: Readonly<Record<string, Json>> }[];
  readonly final: Readonly<Record<string, Json>>;
}

/** Nobody needs so many messages in a recorded scenario: more means that two stages keep each other busy for ever. */
const MAX_TURNS = 20_000;
/** Steps that let the stages, and whoever reads from them, go on until none can. */
const WAITING: ReadonlySet<string> = new Set(['settle', 'snapshot', 'await', 'sleep']);
/** How the engine names who receives for a stream. */
const READER = 'stream ';
/** Promise jobs after which a reader that has had no message waits for one. */
const JOBS_OF_A_READER = 50;

/**
 * Plays a scenario on a host of its own.
 *
 * @param as - What is run in place of each stage's definition.
 * @param seed - 0 for the canonical schedule; any other for a random interleaving of the stages and the steps.
 */
export async function replay(
  scenario: Scenario,
  seed = 0,
  as: (definition: StageDefinition) => StageDefinition = (definition) => definition,
): Promise<Observed> {
  const play = new Play(scenario, seed, as);
  for (const step of scenario.steps) await play.step(step);
  return play.observed();
}

class Play {
  readonly #scenario: Scenario;
  readonly #as: (definition: StageDefinition) => StageDefinition;
  readonly #scheduler = new VirtualScheduler();
  readonly #host: StageHost;
  readonly #order: readonly string[];
  readonly #turns: Turns<string>;
  /** Decides who goes next, and when; `null` on the canonical schedule. */
  readonly #random: (() => number) | null;
  readonly #interpreted: ReadonlyMap<string, ReturnType<typeof interpret>>;
  /** Subscriptions that a stage made as it started, under their recorded names. */
  readonly #names = new Map<string, string>();
  readonly #children: ChildNames;
  readonly #paused = new Set<string>();
  /** Producer of each subscription, for whoever cancels from outside. */
  readonly #producerOf = new Map<string, string>();
  /** Names under which recordings know a subscription that reuses another's reference. */
  readonly #labels = new WeakMap<StageMessage, string>();
  /** What came of each reading, by its name. */
  readonly #streams = new Map<string, Promise<Json>>();
  readonly #results: Promise<Json>[] = [];
  readonly #turnsTaken: Json[] = [];
  readonly #exits: Record<string, Json> = {};
  readonly #probe = new Probe(
    (to, message) => this.#host.receive({ to, from: PROBE, cause: null, message }),
    {
      idOf: (name) => this.#idOf(name),
      nameOf: (id) => this.#nameOf(id),
    },
  );
  readonly #snapshots: { step: number; stages: Record<string, Json> }[] = [];

  constructor(scenario: Scenario, seed: number, as: (definition: StageDefinition) => StageDefinition) {
    this.#scenario = scenario;
    this.#as = as;
    this.#order = scenario.stages.map(({ name }) => name);
    const nameOf = (id: string, given?: unknown) => {
      this.#learn(id, given);
      return this.#nameOf(id);
    };
    this.#interpreted = new Map(scenario.stages.map((spec) => [spec.name, interpret(spec, nameOf)]));
    const random = seededRandom(seed);
    this.#random = seed === 0 ? null : seededRandom(seed);
    this.#turns = this.#random ? new RandomTurns(this.#random) : new RoundRobin();
    this.#host = new StageHost({
      worker: 0,
      workers: 2,
      placement: { [PROBE]: 1 },
      // The probe is no worker that could run children.
      taskWorkers: 1,
      scheduler: this.#scheduler,
      random,
      trace: 'full',
      capacity: 1_000_000,
      onRemote: (envelope) => this.#received(envelope),
    });
    this.#children = new ChildNames(this.#host);
  }

  async step(step: Scenario['steps'][number]): Promise<void> {
    const result = this.#perform(step);
    // Until it is looked at, a failed answer has an owner: the list of results.
    result.catch(() => undefined);
    this.#results.push(result);
    if (step.op === 'start') await result;
    this.#children.note();
    if (WAITING.has(step.op)) await this.#settle();
    // Anywhere but on the canonical schedule, stages do not wait for the outside process to have sent everything.
    else while (this.#random && this.#random() < 0.5 && (await this.#turn()));
    if (step.op === 'snapshot') {
      this.#snapshots.push({ step: this.#results.length - 1, stages: this.#inside() });
    }
  }

  async observed(): Promise<Observed> {
    // What has no answer by now never will have one.
    const unanswered = new Promise<Json>((resolve) => {
      setTimeout(resolve, 0, null);
    });
    const results = await Promise.all(this.#results.map((result) => Promise.race([result, unanswered])));
    const logs: Record<string, readonly Call[]> = {};
    for (const [name, { log }] of this.#interpreted) if (log.length > 0) logs[name] = log;
    if (this.#probe.log.length > 0) logs[PROBE] = this.#probe.log;
    const diags: Record<string, Json[]> = {};
    for (const entry of this.#host.recorder.take()) {
      if (entry.type === 'warning') (diags[entry.stage] ??= []).push([entry.code, ...(entry.values ?? [])]);
    }
    const exits: Record<string, Json> = {};
    for (const name of this.#order) if (this.#exits[name] !== undefined) exits[name] = this.#exits[name];
    return {
      results,
      logs,
      diags,
      exits,
      turns: this.#turnsTaken,
      snapshots: this.#snapshots,
      final: this.#inside(),
    };
  }

  #perform(step: Scenario['steps'][number]): Promise<Json> {
    const host = this.#host;
    const text = (key: string) => String(step[key] ?? null);
    const stage = text('stage');
    const tell = (to: string, message: StageMessage) => {
      host.tell(to, message);
      return Promise.resolve('ok');
    };
    switch (step.op) {
      case 'settle':
      case 'snapshot':
        return Promise.resolve(null);
      case 'start':
        return this.#start(stage);
      case 'subscribe':
      case 'resubscribe':
        return this.#subscribe(step);
      case 'cancel':
        return tell(this.#producerOf.get(text('sub')) ?? '', {
          type: 'cancel',
          subscription: this.#idOf(text('sub')),
          reason: step['reason'],
        });
      case 'ask':
        return tell(text('consumer'), { type: 'cast', request: ['ask', step['sub'], step['n']] });
      case 'cast':
      case 'info':
        return tell(stage, { type: step.op, request: step['msg'] });
      case 'call':
        return this.#answer(stage, host.call(stage, step['msg']));
      case 'sync_info':
        return this.#answer(
          stage,
          host.ask(stage, (call) => ({ type: 'queueInfo', request: step['msg'], call })),
        );
      case 'async_info':
        return tell(stage, { type: 'queueInfo', request: step['msg'] });
      case 'demand':
        return tell(stage, {
          type: 'demandMode',
          mode: text('mode') === 'forward' ? 'forward' : 'accumulate',
        });
      case 'get_demand':
        return this.#answer(
          stage,
          host.ask(stage, (call) => ({ type: 'getDemandMode', call })),
        );
      case 'estimate':
        return this.#answer(
          stage,
          host.ask(stage, (call) => ({ type: 'estimateBuffered', call })),
        );
      case 'pause':
        this.#paused.add(stage);
        return Promise.resolve(null);
      case 'resume':
        this.#paused.delete(stage);
        return Promise.resolve(null);
      case 'kill':
        host.kill(stage);
        return Promise.resolve('ok');
      case 'exit':
        host.exit(stage, step['reason']);
        return Promise.resolve('ok');
      case 'stop':
        return this.#stop(stage, step['reason']);
      case 'sleep':
        this.#sleep(Number(step['ms']));
        return Promise.resolve(null);
      case 'count_children':
        return this.#answer(stage, host.call(stage, 'countChildren'));
      case 'which_children':
        return this.#answer(stage, host.call(stage, 'whichChildren'));
      case 'start_child':
        return this.#answer(stage, host.call(stage, ['startChild', list(step['args']).at(-1)]));
      case 'terminate_child': {
        const child = this.#children.find(stage, step['event'] ?? null) ?? PROBE;
        return this.#answer(stage, host.call(stage, ['terminateChild', child]));
      }
      case 'child_exit': {
        const child = this.#children.find(stage, step['event'] ?? null);
        if (child !== null) host.tasks.finish(child, step['reason']);
        return Promise.resolve('ok');
      }
      case 'unrelated_down':
        return this.#unrelatedDown(stage);
      case 'stream':
        return Promise.resolve(this.#stream(step));
      case 'await':
        return this.#streams.get(text('as')) ?? Promise.resolve(null);
      default:
        return this.#probes(step);
    }
  }

  /** The outside process speaks the protocol itself. */
  #probes(step: Scenario['steps'][number]): Promise<Json> {
    if (step.op === 'subscribe_to_probe') return this.#subscribe({ ...step, op: 'subscribe', to: PROBE });
    const sent = this.#probe.perform(step);
    if (sent === null) throw new Unsupported(`the step ${step.op}`);
    this.#labels.set(sent, String(step['sub'] ?? '<ref>'));
    return Promise.resolve('ok');
  }

  /** Somebody outside reads stages as a stream, while the steps go on. */
  #stream(step: Scenario['steps'][number]): Json {
    try {
      const { subscriptions, options, take } = streamOf(step);
      const stream = hostStream<Json>(this.#host, subscriptions, options);
      const isMissing = beginsWithUnknown(subscriptions, (to) => this.#host.knows(to));
      const read = collect(stream, { take, isMissing });
      this.#streams.set(String(step['as']), read);
      return null;
    } catch (error) {
      const reason = failureOf(error);
      if (reason === null) throw error;
      return ['error', reason];
    }
  }

  /** The recorded stages, and behind them those that receive for whoever reads a stream. */
  #withReaders(): readonly string[] {
    if (this.#streams.size === 0) return this.#order;
    return [...this.#order, ...this.#host.order.filter((name) => name.startsWith(READER))];
  }

  async #start(name: string): Promise<Json> {
    const interpreted = this.#interpreted.get(name);
    if (!interpreted) throw new Unsupported(`a start of "${name}"`);
    try {
      const definition = this.#as(this.#withNamedSubscriptions(name, interpreted.definition()));
      const outcome = await this.#host.start(name, definition, undefined);
      if (outcome.type === 'ignored') return 'ignore';
      if (outcome.type === 'failed') return ['error', failureOf(outcome.error) ?? jsonOf(outcome.reason)];
      this.#exits[name] = 'alive';
      this.#host.watch(PROBE, name, { subscription: `exit of ${name}` });
      return 'ok';
    } catch (error) {
      const reason = failureOf(error);
      if (reason === null) throw error;
      return ['error', reason];
    }
  }

  /**
   * Recordings name the subscriptions that a stage makes as it starts; the engine numbers them. Which number one gets is
   * only sure once the stage says so, as those it could not make have none.
   */
  #withNamedSubscriptions(name: string, definition: ReturnType<ReturnType<typeof interpret>['definition']>) {
    const made = new Map<string, number>();
    for (const target of definition.options.subscribeTo ?? []) {
      const to = typeof target === 'string' ? target : target.to;
      const number = (made.get(to) ?? 0) + 1;
      made.set(to, number);
      if (typeof target === 'string' || typeof target['sub'] !== 'string') continue;
      this.#learn(number === 1 ? `${name}←${to}` : `${name}←${to}#${number}`, target['sub']);
      this.#producerOf.set(target['sub'], to);
    }
    return definition;
  }

  /** The recorded name of a subscription that the engine has named. */
  #learn(id: string, name: unknown): void {
    if (typeof name === 'string') this.#names.set(id, name);
  }

  #subscribe(step: Scenario['steps'][number]): Promise<Json> {
    const consumer = String(step['consumer']);
    const producer = String(step['to']);
    const id = String(step['sub']);
    const options = optionsOf(record(step['opts'] ?? {}));
    const replaces =
      step.op === 'resubscribe'
        ? { subscription: this.#idOf(String(step['old'])), reason: step['reason'] }
        : undefined;
    this.#producerOf.set(id, producer);
    const subscription = { id, producer, options, ...(replaces ? { replaces } : {}) };
    if (step['async'] === true) {
      const { id: reference, ...rest } = subscription;
      this.#host.tell(consumer, { type: 'subscribeTo', subscription: reference, ...rest });
      return Promise.resolve('ok');
    }
    return this.#answer(consumer, this.#host.subscribeTo(consumer, subscription));
  }

  async #answer(stage: string, answer: Promise<unknown>): Promise<Json> {
    try {
      return ['reply', this.#children.replyOf(jsonOf(await answer))];
    } catch (error) {
      if (error instanceof EngineError && error.code === 'call_unanswered') return ['no_reply', stage];
      throw error;
    }
  }

  async #stop(stage: string, reason: Json | undefined): Promise<Json> {
    const stopped = this.#host.stop(stage, reason);
    // What came before it is handled first: nothing, on the canonical schedule.
    while (this.#host.isReady(stage)) await this.#host.step(stage);
    const told = await this.#answer(stage, stopped);
    return isList(told) && told[0] === 'no_reply' ? told : 'ok';
  }

  /** Time passes while no stage does anything. */
  #sleep(ms: number): void {
    let isOver = false;
    this.#scheduler.after(ms, () => {
      isOver = true;
    });
    while (!isOver) this.#scheduler.advance();
  }

  #unrelatedDown(stage: string): Promise<Json> {
    const message: StageMessage = { type: 'info', request: ['DOWN', PROBE, 'whatever'] };
    this.#labels.set(message, 'down');
    this.#host.tell(stage, message);
    return Promise.resolve('ok');
  }

  async #settle(): Promise<void> {
    if (this.#turns instanceof RoundRobin) this.#turns.restart();
    for (let quiet = 0; quiet <= (this.#streams.size > 0 ? JOBS_OF_A_READER : 0); quiet++) {
      if (await this.#turn()) quiet = -1;
      else await null;
    }
  }

  /** Lets some stage handle one message; `false` when none has any. */
  async #turn(): Promise<boolean> {
    const isReady = (name: string) => !this.#paused.has(name) && this.#host.isReady(name);
    const name = this.#turns.next(this.#withReaders(), isReady);
    if (name === null) return false;
    if (this.#turnsTaken.length === MAX_TURNS) throw new Error(`more than ${MAX_TURNS} messages`);
    const envelope = this.#host.peek(name);
    if (envelope) this.#turnsTaken.push(this.#turnOf(name, envelope));
    await this.#host.step(name);
    this.#children.note();
    return true;
  }

  #turnOf(name: string, { message, from }: Envelope): Json {
    if (message.type === 'subscribe') this.#learn(message.subscription, message.options['sub']);
    const sub = 'subscription' in message ? this.#nameOf(message.subscription) : '';
    switch (message.type) {
      case 'subscribe': {
        const { replaces } = message;
        const label = this.#labels.get(message) ?? sub;
        return replaces
          ? [
              name,
              'subscribe',
              label,
              'cancelling',
              [this.#nameOf(replaces.subscription), jsonOf(replaces.reason)],
            ]
          : [name, 'subscribe', label];
      }
      case 'ask':
        return [name, 'ask', sub, message.count];
      case 'cancel':
      case 'cancelled':
        return [name, message.type, sub, jsonOf(message.reason)];
      case 'events':
        return [name, 'events', sub, jsonOf(message.events)];
      case 'down':
        return [name, 'down', from, jsonOf(message.reason)];
      case 'call':
      case 'cast':
        return [name, message.type, this.#children.requestOf(jsonOf(message.request))];
      case 'info': {
        const turn = this.#children.turnOf(name, message.request);
        if (turn !== null) return turn;
        if (this.#labels.get(message) === 'down') return [name, 'down', PROBE, 'whatever'];
        return [name, 'info', jsonOf(message.request)];
      }
      case 'queueInfo':
        return message.call === undefined
          ? [name, 'cast', ['async_info', jsonOf(message.request)]]
          : [name, 'call', ['sync_info', jsonOf(message.request)]];
      case 'subscribeTo':
        return [name, message.call === undefined ? 'cast' : 'call', ['subscribe', sub]];
      case 'demandMode':
        return [name, 'cast', ['demand', message.mode]];
      case 'getDemandMode':
        return [name, 'call', ['get_demand']];
      case 'estimateBuffered':
        return [name, 'call', ['estimate']];
      case 'askFor':
      case 'stop':
      case 'childStarted':
      case 'childEnded':
      case 'childLost':
      case 'retryStart':
      case 'exit':
        return [name, message.type];
    }
  }

  /** Something has come for the outside process. */
  #received(envelope: RemoteEnvelope): void {
    const { from, message } = envelope;
    if (message.type !== 'down') return this.#probe.receive(envelope);
    if (message.subscription.startsWith('exit of '))
      this.#exits[from ?? ''] = ['exit', jsonOf(message.reason)];
  }

  #inside(): Record<string, Json> {
    const inside: Record<string, Json> = {};
    for (const { name, kind } of this.#scenario.stages) {
      const shot = this.#exits[name] === 'alive' ? this.#host.snapshot(name) : null;
      if (!shot) continue;
      inside[name] = {
        ...(kind.startsWith('consumer') ? {} : { buffered: shot.buffered, consumers: shot.consumers.length }),
        ...(kind === 'producer' ? { demand_mode: shot.mode } : {}),
        ...(kind === 'producer_consumer' ? { queued: shot.queued, demand_left: shot.wanted } : {}),
        ...(kind === 'producer' ? {} : { pending: this.#named(shot.producers) }),
        ...(kind === 'consumer_supervisor' ? supervised(shot.state) : {}),
      };
    }
    return inside;
  }

  #named(pending: Readonly<Record<string, number>>): Record<string, Json> {
    return Object.fromEntries(Object.entries(pending).map(([id, count]) => [this.#nameOf(id), count]));
  }

  #nameOf(id: string): string {
    return this.#names.get(id) ?? (id.startsWith(READER) ? '?' : id);
  }

  /** What the engine calls the subscription of this recorded name. */
  #idOf(name: string): string {
    for (const [id, known] of this.#names) if (known === name) return id;
    return name;
  }
}

/** What a supervisor shows of itself, as snapshots write it. */
function supervised(state: Json): Record<string, Json> {
  const { children = null, restarting = null, subscriptions } = record(state);
  return { children, restarting, subs: Object.values(record(subscriptions)) };
}

/** The engine's refusal in GenStage's words, as far as the recordings compare them: which option was wrong. */
function failureOf(error: unknown): Json | null {
  if (!(error instanceof EngineError)) return null;
  const details: unknown = error.details;
  if (error.code === 'not_a_definition') return ['bad_return_value', receivedIn(error.message)];
  // GenStage makes the dispatcher while the stage starts, so what is wrong with its options crashes the start (GS-016).
  if (error.code === 'partitions_without_hash' || isOfDispatcher(details)) return { error: error.code };
  if (typeof details !== 'object' || details === null) return ['bad_opts', ''];
  // There it is no check that refuses the value, but a case without a clause for it (GS-207).
  if ('option' in details && details.option === 'onCancel') return { error: 'case_clause' };
  const option = 'option' in details ? details.option : 'key' in details ? details.key : '';
  if (option === 'child' || option === 'type' || option === 'shutdownMs' || isNoRestart(error.message))
    return ['bad_specs', String(option)];
  return ['bad_opts', String(option)];
}

/** What OTP knows as no restart at all is a mistake of the specification; one that is only not supported is not. */
function isNoRestart(message: string): boolean {
  return /\brestart\b/.test(message) && !/received ("permanent"|undefined)$/.test(message);
}

function isOfDispatcher(details: unknown): boolean {
  return (
    typeof details === 'object' && details !== null && 'at' in details && details.at === 'partitionDispatcher'
  );
}
