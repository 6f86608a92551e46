import { consumer, pipeline, type PipelineBuilder, type Plan, type StageDefinition } from 'sluice';
import { interpret, optionsOf, type Call } from './behaviours.ts';
import type { Beside, FlowScenario } from './flow-recording.ts';
import { dispatcherOf, flowOf, type AnyFlow, type FlowSurroundings } from './flow-translator.ts';
import { record } from './functions.ts';
import type { Json, JsonRecord } from './recording.ts';

/** What every scenario calls its flow. */
export const FLOW = 'flow';
/** Who reads a flow that is enumerated. */
export const READER = 'reader';

/** The flow was refused as it was declared, before anything was planned. */
export class RefusedFlow extends Error {}

/** A scenario as a program, and what its callbacks will have told. */
export interface FlowProgram {
  readonly plan: Plan;
  /** Stages beside the flow that its scenario watches: producers, and consumers whose events count. */
  readonly producers: readonly string[];
  readonly sinks: readonly string[];
  /** Stages that run beside the flow, which goes through them. */
  readonly between: readonly string[];
}

/** How the callbacks of a program tell what happens to them. */
export interface Telling {
  /** Something was called at a stage beside the flow. */
  readonly called: (stage: string, call: Call) => void;
  /** A stage of a layer that reports has started: `[index, total]`. */
  readonly inited: (stage: Json) => void;
}

/** Whether a scenario goes on in steps, with producers of its own. */
export function isLive({ steps }: FlowScenario): boolean {
  return steps.length > 0;
}

/**
 * Declares what a scenario describes: the flow, and all around it.
 *
 * @param reading - Which of the meanings that the format leaves open is tried, from 0.
 * @throws {RefusedFlow} when the flow cannot be declared; {EngineError} when it cannot be planned.
 */
export function programOf(scenario: FlowScenario, reading: number, telling: Telling): FlowProgram {
  const declaration = new Declaration(scenario, reading, telling);
  const plan = pipeline((builder) => declaration.into(looseOf(builder)));
  const { producers, sinks, between } = declaration;
  return { plan, producers, sinks, between };
}

/** Before the names of everything that a scenario starts, when it runs beside others: `3 flow`. */
export function besideName(scenario: number, name: string): string {
  return `${scenario} ${name}`;
}

/** Several scenarios as one program: they run at once, and know nothing of each other. */
export function jointProgram(
  scenarios: readonly FlowScenario[],
  telling: (scenario: number) => Telling,
): Plan {
  return pipeline((builder) => {
    const { start, subscribe } = looseOf(builder);
    for (const [i, scenario] of scenarios.entries()) {
      new Declaration(scenario, 0, telling(i)).into({
        start: (name, definition, options) => start(besideName(i, name), definition, options),
        subscribe,
      });
    }
  });
}

/** Whether the stages fit together is for the recording to say, not for the compiler. */
function looseOf({ start, subscribe }: PipelineBuilder): LooseBuilder {
  return { start: start as never, subscribe: subscribe as never };
}

interface LooseBuilder {
  readonly start: (name: string, definition: unknown, options?: unknown) => unknown;
  readonly subscribe: (consumer: unknown, options: object) => void;
}

class Declaration {
  readonly producers: string[] = [];
  readonly sinks: string[] = [];
  readonly between: string[] = [];
  readonly #scenario: FlowScenario;
  readonly #reading: number;
  readonly #telling: Telling;
  readonly #handles = new Map<string, unknown>();

  constructor(scenario: FlowScenario, reading: number, telling: Telling) {
    this.#scenario = scenario;
    this.#reading = reading;
    this.#telling = telling;
  }

  into(builder: LooseBuilder): void {
    if (isLive(this.#scenario)) this.#live(builder);
    else this.#enumerated(builder);
  }

  /** A flow that somebody reads, or that runs for nobody. */
  #enumerated(builder: LooseBuilder): void {
    const { sink } = this.#scenario;
    const handle = builder.start(FLOW, this.#flow(builder));
    if (sink === 'run' || sink === 'run_unlinked') return;
    const take = typeof sink === 'object' && sink['take'] !== undefined ? Number(sink['take']) : Infinity;
    this.sinks.push(READER);
    const reader = builder.start(
      READER,
      readerOf(take, (call) => this.#telling.called(READER, call)),
    );
    builder.subscribe(reader, { to: handle, cancel: 'transient' });
  }

  /** A flow between producers that are told what to do, and consumers that are looked at. */
  #live(builder: LooseBuilder): void {
    const { producers, sinks, start_opts: options } = this.#scenario;
    for (const one of producers) this.#begin(builder, { kind: 'producer', ...one });
    for (const one of sinks) this.#begin(builder, one);
    this.producers.push(...producers.map(({ name }) => name));
    const flow = this.#flow(builder);
    builder.start(FLOW, this.#handedOn(flow), flowOptionsOf(options));
  }

  #begin(builder: LooseBuilder, one: Beside): void {
    if (one.kind !== 'producer') this.sinks.push(one.name);
    this.#handles.set(one.name, builder.start(one.name, this.#define(one)));
  }

  #handedOn(flow: AnyFlow): AnyFlow {
    const { sinks, specs, start: how = 'into_stages', start_opts: options } = this.#scenario;
    if (how === 'start_link') return flow;
    const { dispatcher } = options;
    const given = dispatcher === undefined ? {} : { dispatcher: dispatcherOf(dispatcher) };
    if (how === 'into_specs') {
      this.sinks.push(...specs.map(({ name }) => name));
      return flow.intoSpecs(
        specs.map((one) => ({ definition: this.#define(one), ...(one.restart && { restart: one.restart }) })),
        given,
      );
    }
    const present = sinks.filter(({ late }) => !late);
    return flow.intoStages(
      present.map(({ name, opts }) => {
        const handle = this.#handles.get(name);
        return Object.keys(opts).length === 0 ? handle : { ...optionsOf(opts), stage: handle };
      }),
      given,
    );
  }

  #flow(builder: LooseBuilder): AnyFlow {
    let made = 0;
    const described = (spec: JsonRecord): Beside => {
      made += 1;
      const name = `producer ${made}`;
      this.producers.push(name);
      return {
        name,
        kind: String(spec['kind'] ?? 'producer'),
        behaviour: record(spec['behaviour'] ?? {}),
        options: record(spec['options'] ?? {}),
        opts: {},
        late: false,
      };
    };
    const known = (spec: Json) => (typeof spec === 'string' ? (this.#handles.get(spec) ?? spec) : null);
    const around: FlowSurroundings = {
      reading: this.#reading,
      offered: this.#offered(),
      onInit: ({ index, total }) => this.#telling.inited([index, total]),
      producer: (spec) => {
        const handle = known(spec);
        if (handle !== null) return handle;
        const one = described(record(spec));
        return builder.start(one.name, this.#define(one));
      },
      producerSpec: (spec) => known(spec) ?? this.#define(described(record(spec))),
      through: {
        handle: (one) => {
          const handle = this.#handles.get(one.name) ?? builder.start(one.name, this.#define(throughOf(one)));
          this.#handles.set(one.name, handle);
          this.between.push(one.name);
          return handle;
        },
        spec: (one) => this.#define(throughOf(one)),
      },
    };
    try {
      return flowOf(this.#scenario.pipeline, around);
    } catch (error) {
      throw new RefusedFlow(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** What a flow may go through. Specifications are that, too, unless they are of its consumers. */
  #offered(): readonly Beside[] {
    const { through, specs, start } = this.#scenario;
    return start === 'into_specs' ? through : [...through, ...specs];
  }

  /** A stage beside the flow. */
  #define({ name, kind = 'consumer', behaviour, options }: Beside): StageDefinition {
    const { definition, log } = interpret({ name, kind, behaviour, options }, (id) => id);
    return telling(definition(), log, (call) => this.#telling.called(name, call));
  }
}

function throughOf(one: Beside): Beside {
  return { ...one, kind: one.kind ?? 'producer_consumer' };
}

/** What a flow may be started with. */
function flowOptionsOf({ demand }: JsonRecord): object {
  return demand === undefined ? {} : { demand };
}

/** The same stage, which tells what its callbacks log. */
function telling(
  definition: StageDefinition,
  log: readonly Call[],
  tell: (call: Call) => void,
): StageDefinition {
  let told = 0;
  const callbacks = Object.entries(definition.callbacks).map(([name, callback]) => [
    name,
    (...args: unknown[]) => {
      try {
        return Reflect.apply(callback, undefined, args);
      } finally {
        for (const call of log.slice(told)) tell(call);
        told = log.length;
      }
    },
  ]);
  return { ...definition, callbacks: Object.fromEntries(callbacks) };
}

function isOrderly(reason: unknown): boolean {
  return reason === 'normal' || (Array.isArray(reason) ? reason[0] : reason) === 'shutdown';
}

/** A consumer that takes so many events at most, and ends in good order when it has had enough or when nothing more comes. */
function readerOf(take: number, tell: (call: Call) => void): StageDefinition {
  let producers = 0;
  let taken = 0;
  return consumer<unknown>({
    handleSubscribe: () => {
      producers += 1;
    },
    handleCancel: ({ reason }) => {
      producers -= 1;
      // After a failure its subscription ends it, with the reason.
      return producers === 0 && isOrderly(reason) ? { stop: 'normal' } : {};
    },
    handleEvents: (batch) => {
      const events = batch.slice(0, take - taken);
      taken += events.length;
      tell({ cb: 'handle_events', events: events as Json[] });
      return taken < take ? {} : { stop: 'normal' };
    },
  });
}
