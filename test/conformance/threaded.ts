import { readFileSync, readdirSync } from 'node:fs';
import type { RunHandle, RunUpdate, TraceEntry, TraceError } from 'sluice';
import type { NodeProgram } from '../../engine/platform/node.ts';
import { nodeProgram, startOnThreads } from '../support/node-runner.ts';
import { jsonOf, optionsOf, type Call } from './behaviours.ts';
import { isList, record } from './functions.ts';
import { PROBE, Probe } from './probe.ts';
import { ProbePlatform } from './probe-platform.ts';
import type { Observed } from './replayer.ts';
import type { Json, Scenario, StageSpec } from './recording.ts';
import { beginsWithUnknown, collect, streamOf } from './streams.ts';
import { LOG_MARK } from './threaded-log.ts';
import { isPlanned, plannedSubscriptions } from './threaded-plan.ts';
import { receivedIn } from './values.ts';

type Step = Scenario['steps'][number];

const START = `import { scenario } from 'sluice/data';
import { programFor } from './threaded-program.ts';
export default programFor(scenario);`;

/** Steps that the handle of a run can perform. */
const STEPS: ReadonlySet<string> = new Set([
  'start',
  'subscribe',
  'resubscribe',
  'cancel',
  'ask',
  'cast',
  'call',
  'info',
  'sync_info',
  'async_info',
  'demand',
  'get_demand',
  'estimate',
  'kill',
  'exit',
  'stop',
  'settle',
  'snapshot',
  'subscribe_to_probe',
  'probe_subscribe',
  'probe_ask',
  'probe_cancel',
  'probe_events',
  'probe_consumer_cancel',
  'unrelated_down',
  'stream',
  'await',
  'sleep',
]);

/**
 * Each worker takes what is asked of it in order, but knows nothing of what is asked of the other, nor of what the probe
 * sends: after these steps the run comes to rest.
 */
const SETTLING = /^(settle|snapshot|kill|exit|stop)$|probe/;

/** Why a scenario cannot be driven from outside a run; `null` when it can. */
export function leftOut(scenario: Scenario): string | null {
  const { stages, steps, expect, schedule_free: free } = scenario;
  const step = steps.find(({ op }) => !STEPS.has(op));
  if (step) return `the step ${step.op}`;
  if (Object.keys(free.stages).length + free.scenario.length === 0) return 'no fact holds under any schedule';
  const refused = steps
    .filter(({ op }, i) => op === 'start' && expect.results?.[i] !== 'ok')
    .map((one) => one['stage']);
  const subscribing = stages.filter(({ options }) => options['subscribe_to'] !== undefined);
  // A program is refused as a whole, and makes its subscriptions when all of its stages have started.
  if (refused.length > 0 && stages.length > 1) return 'a stage that does not start, among others';
  if (subscribing.some(({ name }) => refused.includes(name)))
    return 'a stage that subscribes as it starts, and ends';
  if (subscribing.some((stage) => !isSubscribable(stage, scenario)))
    return 'wrong subscriptions in a program';
  const talks = steps.findIndex(({ op }) => op !== 'start' && op !== 'subscribe');
  if (steps.some((one, i) => isPlanned(one) && (i > talks || !isFunction(record(one['opts'])['selector']))))
    return 'a selector that is wrong or comes later: functions cannot be sent to a worker';
  const late = steps.findIndex(({ op }) => op !== 'start');
  if (late >= 0 && steps.slice(late).some(({ op }) => op === 'start')) return 'a stage that starts later';
  const calls = Object.values(expect.logs).flat();
  if (calls.some(({ cb, result }) => cb === 'child_start' && result === 'ok'))
    return 'children that run until the recording ends them';
  return null;
}

function isFunction(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && 'fn' in value;
}

/** Whether what a stage subscribes to in its options is a stage, and its options are right. */
function isSubscribable({ name, options }: StageSpec, { stages, expect }: Scenario): boolean {
  const targets = options['subscribe_to'];
  const wrong = (expect.diags[name] ?? []).some((diag) => diag[1] === 'bad_opts');
  if (wrong || targets === undefined || !isList(targets)) return false;
  return targets.every((target) => stages.some((stage) => stage.name === record(target)['to']));
}

/** Compiles the program that interprets scenarios, once; gives what plays them on two real threads each. */
export async function threadedPlayer(
  transport: 'ring' | 'port',
): Promise<(scenario: Scenario) => Promise<Observed>> {
  const folder = new URL('./', import.meta.url);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name): [string, string] => [name, readFileSync(new URL(name, folder), 'utf8')]);
  const program = await nodeProgram({ ...Object.fromEntries(sources), 'start.ts': START }, ['scenario']);
  return (scenario) =>
    new ThreadedPlay(scenario, {
      ...program,
      transport,
      data: { scenario: JSON.stringify(scenario) },
    }).observed();
}

/** One scenario on two threads, its steps sent from here. */
class ThreadedPlay {
  readonly #scenario: Scenario;
  readonly #run: RunHandle;
  readonly #probe: Probe;
  readonly #results: Promise<Json>[] = [];
  /** The engine's names of subscriptions by those of the recording, as soon as they are known. */
  readonly #ids = new Map<string, Promise<string>>();
  readonly #names = new Map<string, string>();
  readonly #streams = new Map<string, Promise<Json>>();

  constructor(scenario: Scenario, program: NodeProgram) {
    this.#scenario = scenario;
    const platform = new ProbePlatform(program, (envelope) => this.#probe.receive(envelope));
    this.#probe = new Probe((to, message) => platform.send(this.#run.now.placement[to] ?? 0, to, message));
    const options = { workers: 2, keepAlive: true, entryBudget: 1_000_000, heartbeatMs: 50 };
    this.#run = startOnThreads(platform, options);
    for (const { id, name } of plannedSubscriptions(scenario)) this.#name(id, name);
  }

  async observed(): Promise<Observed> {
    const run = this.#run;
    await run.settled();
    for (const step of this.#scenario.steps) {
      const result = this.#perform(step, await this.#known(step));
      result.catch(() => undefined);
      this.#results.push(result);
      if (SETTLING.test(step.op)) await run.settled();
      else if (step.op === 'await' || step.op === 'sleep') await result;
    }
    await run.settled();
    const results = await Promise.all(this.#results);
    const final = await this.#inside();
    run.stop();
    await run.done;
    const names = this.#scenario.stages.map(({ name }) => name);
    const { entries } = run.now;
    this.#nameRefused(entries);
    const renamed = (value: unknown) => renamedIn(jsonOf(value), this.#names);
    const of = <Item>(find: (name: string) => readonly Item[]) =>
      Object.fromEntries(names.map((name) => [name, find(name)]).filter(([, found]) => found?.length));
    const { end } = run.now;
    if (end?.type === 'failed' && !this.#scenario.steps.every(({ op }) => op === 'start'))
      throw new Error(`the run failed: ${end.error.message}`);
    const started = names.filter((name) => startOf(name, run.now) === 'ok');
    return {
      results: this.#scenario.steps.map((step, i) =>
        step.op === 'start' ? startOf(String(step['stage']), run.now) : renamed(results[i]),
      ),
      logs: {
        ...of((name) => logsOf(name, entries).map((call): Call => ({ ...record(renamed(call)) }))),
        [PROBE]: this.#probe.log.map((call): Call => ({ ...record(renamed(call)) })),
      },
      diags: of((name) => warningsOf(name, entries).map(renamed)),
      exits: Object.fromEntries(started.map((name) => [name, renamed(exitOf(name, entries))])),
      turns: [],
      snapshots: [],
      final,
    };
  }

  async #perform(step: Step, ids: ReadonlyMap<string, string>): Promise<Json> {
    const run = this.#run;
    const text = (key: string) => String(step[key] ?? null);
    const stage = text('stage');
    const named = (value: Json | undefined) => renamedIn(value ?? null, ids);
    switch (step.op) {
      case 'subscribe':
      case 'resubscribe':
        return this.#subscribe(step, ids);
      case 'cancel':
        run.cancel(String(named(step['sub'])), step['reason']);
        return 'ok';
      case 'ask':
        run.cast(text('consumer'), named(['ask', step['sub'] ?? null, step['n'] ?? null]));
        return 'ok';
      case 'cast':
        run.cast(stage, named(step['msg']));
        return 'ok';
      case 'info':
        run.info(stage, named(step['msg']));
        return 'ok';
      case 'call':
        return answered(stage, run.call(stage, step['msg']));
      case 'sync_info':
        return answered(
          stage,
          run.queueInfo(stage, step['msg']).then(() => 'ok'),
        );
      case 'async_info':
        void run.queueInfo(stage, step['msg']).catch(() => undefined);
        return 'ok';
      case 'demand':
        run.demandMode(stage, text('mode') === 'forward' ? 'forward' : 'accumulate');
        return 'ok';
      case 'get_demand':
        return answered(stage, run.demandMode(stage));
      case 'estimate':
        return answered(stage, run.estimateBuffered(stage));
      case 'kill':
        run.kill(stage);
        return 'ok';
      case 'exit':
        run.exit(stage, step['reason']);
        return 'ok';
      case 'stop':
        await run.stopStage(stage, step['reason']);
        return 'ok';
      case 'subscribe_to_probe':
        return this.#subscribe({ ...step, op: 'subscribe', to: PROBE }, ids);
      case 'stream': {
        const { subscriptions, options, take } = streamOf(step);
        const isMissing = beginsWithUnknown(subscriptions, (to) =>
          this.#scenario.stages.some(({ name }) => name === to),
        );
        this.#streams.set(text('as'), collect(run.stream(subscriptions, options), { take, isMissing }));
        return null;
      }
      case 'await':
        return this.#streams.get(text('as')) ?? null;
      case 'sleep':
        await new Promise<void>((resolve) => {
          setTimeout(resolve, Number(step['ms']));
        });
        return null;
      case 'unrelated_down':
        run.info(stage, ['DOWN', PROBE, 'whatever']);
        return 'ok';
      default:
        return this.#probe.perform({ ...record(named(step)), op: step.op }) === null ? null : 'ok';
    }
  }

  #subscribe(step: Step, ids: ReadonlyMap<string, string>): Promise<Json> {
    const [consumer, sub] = [String(step['consumer']), String(step['sub'])];
    if (isPlanned(step)) return Promise.resolve(['reply', ['ok', sub]]);
    const target = { ...optionsOf(record(step['opts'] ?? {})), to: String(step['to']) };
    const subscribed =
      step.op === 'subscribe'
        ? this.#run.subscribe(consumer, target)
        : this.#run.resubscribe(consumer, String(renamedIn(step['old'] ?? null, ids)), {
            ...target,
            reason: step['reason'],
          });
    const id = subscribed.then(
      (answer) => (answer.ok ? answer.subscription : sub),
      () => sub,
    );
    this.#ids.set(sub, id);
    void id.then((found) => found !== sub && this.#names.set(found, sub));
    if (step['async'] === true) return Promise.resolve('ok');
    return answered(
      consumer,
      subscribed.then((answer) => {
        if (answer.ok) return ['ok', sub];
        return ['error', answer.refused === 'bad_opts' ? ['bad_opts', answer.message] : answer.refused];
      }),
    );
  }

  /** A consumer that ends as it subscribes never tells the name of that subscription; its producer does. */
  #nameRefused(entries: readonly TraceEntry[]): void {
    for (const { op, consumer, to, sub } of this.#scenario.steps) {
      if (op !== 'subscribe' || [...this.#names.values()].includes(String(sub))) continue;
      const heard = entries.find(
        (entry) => entry.type === 'subscribed' && entry.stage === to && entry.consumer === consumer,
      );
      if (heard?.type === 'subscribed') this.#names.set(heard.subscription, String(sub));
    }
  }

  #name(id: string, name: string): void {
    this.#ids.set(name, Promise.resolve(id));
    this.#names.set(id, name);
  }

  /** The engine's names of the subscriptions that a value speaks of. */
  async #known(value: Json | undefined): Promise<ReadonlyMap<string, string>> {
    const text = JSON.stringify(value ?? null);
    const spoken = [...this.#ids].filter(([name]) => text.includes(JSON.stringify(name)));
    return new Map(await Promise.all(spoken.map(async ([name, id]) => [name, await id] as const)));
  }

  async #inside(): Promise<Record<string, Json>> {
    const inside: Record<string, Json> = {};
    if (this.#run.now.end) return inside;
    for (const { name, kind } of this.#scenario.stages) {
      const shot = await this.#run.snapshot(name);
      if (shot && kind !== 'consumer') inside[name] = { buffered: shot.buffered };
    }
    return inside;
  }
}

async function answered(stage: string, answer: Promise<unknown>): Promise<Json> {
  try {
    return ['reply', jsonOf(await answer)];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'call_unanswered')
      return ['no_reply', stage];
    throw error;
  }
}

/** A value with every text that is a name replaced. */
function renamedIn(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((one) => renamedIn(one, names));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamedIn(one, names)]));
}

/** What a start came to, as far as the run tells it. */
function startOf(name: string, { entries, end }: RunUpdate): Json {
  if (end?.type === 'failed') return ['error', refusal(end.error)];
  const own = entries.filter(({ stage }) => stage === name);
  if (own.some(({ type }) => type === 'start')) return 'ok';
  const exit = own.find((entry) => entry.type === 'exit');
  if (exit) return exit.reason === 'ignore' ? 'ignore' : ['error', jsonOf(exit.reason)];
  const crash = own.find((entry) => entry.type === 'crash');
  return ['error', { error: crash?.error.name ?? 'unknown' }];
}

/** A refused program in GenStage's words, as far as the recordings compare them: which option was wrong. */
function refusal({ code, message }: TraceError): Json {
  const received = /received "(\w+)"$/.exec(message)?.[1];
  if (code === 'not_a_definition') return ['bad_return_value', receivedIn(message)];
  if (code === 'definition_unknown_key') return ['bad_opts', received ?? ''];
  // What is wrong with a dispatcher, and with onCancel, crashes the start of a GenStage.
  if (code === 'partitions_without_hash' || /\b(onCancel|partitionDispatcher)\b/.test(message))
    return { error: code ?? '' };
  if (/\b(child|type|shutdownMs) of\b/.test(message)) return ['bad_specs', message];
  return ['bad_opts', message];
}

function exitOf(name: string, entries: readonly TraceEntry[]): Json {
  const end = entries.find(({ stage, type }) => stage === name && (type === 'exit' || type === 'crash'));
  if (end?.type === 'exit') return ['exit', jsonOf(end.reason)];
  return end?.type === 'crash' ? ['exit', crashReason(end.error)] : 'alive';
}

/** A crash tells its error; GenStage's reason for what is no step is what was returned. */
function crashReason({ name, code, message }: TraceError): Json {
  const returned = /: received (.*)$/.exec(message)?.[1];
  if (code !== 'bad_step' || returned === undefined || message.includes('it has no')) return { error: name };
  const value: Json = JSON.parse(returned);
  return ['bad_return_value', value];
}

function logsOf(name: string, entries: readonly TraceEntry[]): readonly Json[] {
  return entries.flatMap((entry): Json[] => {
    if (entry.type !== 'log' || entry.stage !== name || entry.values[0] !== LOG_MARK) return [];
    const call: Json = JSON.parse(entry.values.slice(1).join(''));
    return [call];
  });
}

function warningsOf(name: string, entries: readonly TraceEntry[]): readonly Json[] {
  return entries.flatMap((entry) =>
    entry.type === 'warning' && entry.stage === name ? [jsonOf([entry.code, ...(entry.values ?? [])])] : [],
  );
}
