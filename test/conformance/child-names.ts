import type { StageHost } from 'sluice';
import { ExitSignal, TryAgain } from '../../engine/supervision/child-messages.ts';
import { jsonOf } from './behaviours.ts';
import { isList, record, same } from './functions.ts';
import type { Json, JsonRecord } from './recording.ts';

/** The children that a host's supervisors have started, under their recorded names: `child:` and the event. */
export class ChildNames {
  readonly #host: StageHost;
  readonly #children = new Map<string, { readonly stage: string; readonly event: Json }>();

  constructor(host: StageHost) {
    this.#host = host;
  }

  /** Takes note of children that were started since; to be called before any of them can have ended. */
  note(): void {
    for (const { id, stage, args } of this.#host.tasks.started)
      this.#children.set(id, { stage, event: jsonOf(args[0]) });
  }

  /** The child a supervisor started last for an event, ended or not. */
  find(supervisor: string, event: Json): string | null {
    this.note();
    const found = [...this.#children].filter(
      ([, { stage, event: given }]) =>
        stage === supervisor && (same(given, event) || (isList(event) && same(given, event.at(-1)))),
    );
    return found.at(-1)?.[0] ?? null;
  }

  nameOf(child: string): string {
    this.note();
    const event = this.#children.get(child)?.event;
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
