import {
  consumerSupervisor,
  ignore,
  stop,
  type ChildSpec,
  type StageDefinition,
  type StageHost,
} from 'sluice';
import { ExitSignal, TryAgain } from '../../engine/supervision/child-messages.ts';
import { jsonOf, type Call } from './behaviours.ts';
import { isList, list, record, same } from './functions.ts';
import type { Json, JsonRecord } from './recording.ts';

/** A recorded consumer supervisor in terms of Sluice. Its children do nothing: the recording says when each ends. */
export function supervisorOf(
  behaviour: JsonRecord,
  options: Record<string, unknown>,
  log: Call[],
): StageDefinition {
  const { restart, templates, strategy, no_strategy: noStrategy, init, child_type: type } = behaviour;
  const spec: ChildSpec<Json> = {
    // Wrong options are the point of some scenarios, so nothing about them is known to the compiler.
    restart: restart as never,
    ...(type === undefined ? {} : { type: type as never }),
    start: childStart(behaviour, log),
    run: () => new Promise<never>(() => undefined),
  };
  const child: unknown =
    templates === undefined || templates === 1 ? spec : Array(Number(templates)).fill(spec);
  return consumerSupervisor<Json>({
    child: child as never,
    ...(noStrategy === true ? {} : { strategy: (strategy === undefined ? 'oneForOne' : strategy) as never }),
    ...(init === undefined ? {} : { init: () => initial(init) as never }),
    ...options,
  } as Parameters<typeof consumerSupervisor<Json>>[0]);
}

function initial(init: Json): unknown {
  if (init === 'ignore') return ignore();
  if (init === 'raise') throw new Error('init raised');
  if (isList(init)) return init[0] === 'stop' ? stop(init[1]) : init[1];
  return undefined;
}

/** Starts that come out as the recording wants. What the real one appends its event to stands before it. */
function childStart(behaviour: JsonRecord, log: Call[]): (event: Json) => never {
  const child = record(behaviour['child'] ?? {});
  const args = list(behaviour['args'] ?? []);
  const starts = new Map<string, number>();
  return (event) => {
    const key = JSON.stringify(event);
    const count = (starts.get(key) ?? 0) + 1;
    starts.set(key, count);
    const isOn = (name: string) => {
      const events = child[name];
      return events !== undefined && isList(events) && events.some((one) => same(one, event));
    };
    const is = (result: Json) =>
      log.push({ cb: 'child_start', event: args.length > 0 ? [...args, event] : event, result });
    if (isOn('ignore_on')) return (is('ignore'), ignore() as never);
    if (isOn('error_on') || (isOn('error_on_restart') && count === 2))
      return (is('error'), stop('refused') as never);
    if (isOn('other_on')) return (is('other'), 'what' as never);
    if (isOn('raise_on')) {
      is('raise');
      throw new Error(`cannot start ${key}`);
    }
    if (isOn('throw_on')) {
      is('throw');
      throw 'ball';
    }
    is('ok');
    return (child['three_tuple'] === undefined ? undefined : { info: 'info' }) as never;
  };
}

/** The children that a host's supervisors have started, under their recorded names: `child:` and the event. */
export class ChildNames {
  readonly #host: StageHost;
  readonly #events = new Map<string, Json>();

  constructor(host: StageHost) {
    this.#host = host;
  }

  /** Takes note of children that were started since; to be called before any of them can have ended. */
  note(): void {
    for (const { id, args } of this.#host.tasks.started) this.#events.set(id, jsonOf(args[0]));
  }

  /** The child a supervisor started last for an event. */
  find(supervisor: string, event: Json): string | null {
    const found = this.#host.tasks.started.filter(
      ({ stage, args: [given] }) =>
        stage === supervisor &&
        (same(jsonOf(given), event) || (isList(event) && same(jsonOf(given), event.at(-1)))),
    );
    return found.at(-1)?.id ?? null;
  }

  nameOf(child: string): string {
    this.note();
    const event = this.#events.get(child);
    if (event === undefined) return child;
    return `child:${typeof event === 'string' ? event : JSON.stringify(event)}`;
  }

  /** A message of a supervisor to itself, or about a child's end, as recordings write it; `null` for any other. */
  turnOf(stage: string, request: unknown): Json | null {
    if (request instanceof ExitSignal) {
      return [stage, 'exit_signal', this.nameOf(request.child), jsonOf(request.reason)];
    }
    if (request instanceof TryAgain) return [stage, 'info', ['$gen_restart', this.nameOf(request.child)]];
    return null;
  }

  /** A call about children as recordings write it; any other as it is. */
  requestOf(request: Json): Json {
    if (request === 'countChildren') return 'count_children';
    if (request === 'whichChildren') return 'which_children';
    if (!isList(request)) return request;
    const [what, about = null] = request;
    if (what === 'startChild') return ['start_child', [about]];
    return what === 'terminateChild' ? ['terminate_child', this.nameOf(String(about))] : request;
  }

  /** The answer to a call about children, as recordings write it. */
  replyOf(reply: Json): Json {
    if (isList(reply)) {
      if (reply[0] === 'ok') return ['ok', this.nameOf(String(reply[1])), ...reply.slice(2)];
      return reply.every((one) => typeof one === 'object')
        ? reply.map((row) => this.#row(record(row)))
        : reply;
    }
    if (typeof reply !== 'object' || reply === null) return reply;
    return Object.fromEntries(Object.entries(reply).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #row({ child, type }: JsonRecord): Json {
    // The modules of a child are Elixir's.
    return ['undefined', this.nameOf(String(child)), type ?? null, []];
  }
}
