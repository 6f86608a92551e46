import { StageHost, viewOfPlan, type RemoteEnvelope, type StageMessage } from 'sluice';
import { namesIn } from '../../engine/runtime/plan.ts';
import { seededRandom } from '../../engine/time/random.ts';
import { RandomTurns, RoundRobin, type Turns } from '../../engine/time/turns.ts';
import { VirtualScheduler } from '../../engine/time/virtual-scheduler.ts';
import { jsonOf, optionsOf } from './behaviours.ts';
import { FLOW, type FlowProgram } from './flow-program.ts';
import type { FlowStep } from './flow-recording.ts';
import type { Told } from './flow-replayer.ts';
import { written } from './flow-values.ts';
import { list, record } from './functions.ts';
import type { Json } from './recording.ts';

/** The outside process: it only hears of ends. */
const OUTSIDE = 'outside';
/** Nobody needs so many messages in a recorded scenario: more means that two stages keep each other busy for ever. */
const MAX_TURNS = 50_000;
/** Steps that let the stages go on until none can. */
const WAITING: ReadonlySet<string> = new Set(['settle', 'await', 'collect']);

/** A scenario whose producers are told what to do while its flow runs, on a host of its own. */
export class LivePlay {
  readonly results: Json[] = [];
  /** How the flow and all around it ended: `alive`, or the reason. */
  readonly exits: Record<string, Json> = {};
  readonly #program: FlowProgram;
  readonly #told: Told;
  readonly #scheduler = new VirtualScheduler();
  readonly #host: StageHost;
  readonly #turns: Turns<string>;
  /** Decides who goes next, and when; `null` on the canonical schedule. */
  readonly #random: (() => number) | null;
  /** Events of each sink that have been collected. */
  readonly #taken = new Map<string, number>();
  #turnsTaken = 0;

  /** @param seed - 0 for the canonical schedule; any other for a random interleaving of the stages and the steps. */
  constructor(program: FlowProgram, told: Told, seed: number) {
    this.#program = program;
    this.#told = told;
    const random = seededRandom(seed);
    this.#random = seed === 0 ? null : random;
    this.#turns = this.#random ? new RandomTurns(this.#random) : new RoundRobin();
    const { plan } = program;
    const names = namesIn(viewOfPlan(plan));
    this.#host = new StageHost({
      worker: 0,
      workers: 2,
      placement: { ...Object.fromEntries(names.map((id) => [id, 0])), [OUTSIDE]: 1 },
      supervisors: plan.supervisors,
      flows: plan.flows,
      scheduler: this.#scheduler,
      random,
      trace: 'counters',
      capacity: 100_000,
      onRemote: (envelope) => this.#heard(envelope),
    });
  }

  async begin(): Promise<void> {
    const { plan, producers, sinks, between } = this.#program;
    for (const { id, definition, arg } of plan.stages) await this.#host.start(id, definition, arg);
    for (const supervisor of plan.supervisors) this.#host.supervise(supervisor);
    for (const flow of plan.flows) this.#host.coordinate(flow, plan.subscriptions);
    for (const subscription of plan.subscriptions) this.#host.subscribe(subscription);
    for (const name of [FLOW, ...producers, ...between, ...sinks]) {
      this.exits[name] = 'alive';
      this.#host.watch(OUTSIDE, name, { subscription: `exit of ${name}` });
    }
    await this.settle();
  }

  async step(step: FlowStep): Promise<void> {
    this.#perform(step);
    if (WAITING.has(step.op)) await this.settle();
    // Anywhere but on the canonical schedule, stages do not wait for the outside process to have sent everything.
    else while (this.#random && this.#random() < 0.5 && (await this.#turn()));
    if (step.op === 'await') await this.#await(Number(step['n']));
    if (step.op === 'collect') this.results.push(this.#collected());
  }

  async settle(): Promise<void> {
    if (this.#turns instanceof RoundRobin) this.#turns.restart();
    while (await this.#turn());
  }

  #perform(step: FlowStep): void {
    const { op, producer, events, reason = 'normal', name, mode, sink, opts } = step;
    const tell = (to: Json | undefined, message: StageMessage) => this.#host.tell(String(to), message);
    switch (op) {
      case 'settle':
      case 'collect':
      case 'await':
        return;
      case 'push':
        return tell(producer, { type: 'cast', request: ['push', list(events)] });
      case 'finish':
        return tell(producer, { type: 'cast', request: ['stop', reason] });
      case 'trigger':
        for (const outlet of this.#lastLayer()) tell(outlet, { type: 'info', request: { trigger: name } });
        return;
      case 'demand':
        return tell(FLOW, { type: 'demandMode', mode: mode === 'forward' ? 'forward' : 'accumulate' });
      case 'subscribe_sink':
        return tell(sink, {
          type: 'subscribeTo',
          subscription: `${String(sink)}←${FLOW}`,
          producer: FLOW,
          options: optionsOf(record(opts ?? {})),
        });
      case 'stop_sink':
        return this.#stop(String(sink), reason);
      case 'stop_flow':
        return this.#stop(FLOW, reason);
      default:
        throw new Error(`Cannot replay as the step must be known: received ${op}`);
    }
  }

  /** Ends a process in an orderly way; what it answers shows in its exit. */
  #stop(name: string, reason: Json): void {
    this.#host.stop(name, reason).catch(() => undefined);
  }

  #lastLayer(): readonly string[] {
    const layers = viewOfPlan(this.#program.plan).flows?.[0]?.layers ?? [];
    return layers.findLast(({ kind }) => kind === 'mapReducer')?.stages ?? [];
  }

  /** Lets time pass until so many more events have come. */
  async #await(count: number): Promise<void> {
    const wanted = this.#count() + count;
    while (this.#count() < wanted && this.#scheduler.advance()) await this.settle();
  }

  #count(): number {
    return this.#program.sinks.reduce((sum, sink) => sum + this.#told.received(sink).length, 0);
  }

  /** What the sinks have got since the last time. */
  #collected(): Json {
    const all = this.#program.sinks.map((sink): readonly [string, readonly Json[]] => {
      const received = this.#told.received(sink);
      const fresh = received.slice(this.#taken.get(sink) ?? 0).map(written);
      this.#taken.set(sink, received.length);
      return [sink, fresh];
    });
    const [first] = all;
    return all.length === 1 && first ? first[1] : all;
  }

  /** Lets some stage handle one message; `false` when none has any. */
  async #turn(): Promise<boolean> {
    const name = this.#turns.next(this.#host.order, (one) => this.#host.isReady(one));
    if (name === null) return false;
    if (++this.#turnsTaken > MAX_TURNS) throw new Error(`more than ${MAX_TURNS} messages`);
    await this.#host.step(name);
    return true;
  }

  #heard({ from, message }: RemoteEnvelope): void {
    if (message.type !== 'down' || !message.subscription.startsWith('exit of ')) return;
    this.exits[from ?? ''] = jsonOf(message.reason);
  }
}
