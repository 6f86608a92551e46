import { consumerSupervisor, ignore, stop, type ChildSpec, type StageDefinition } from 'sluice';
import type { Call } from './behaviours.ts';
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
    ...(noStrategy === true ? {} : { strategy: strategyOf(strategy) as never }),
    ...(init === undefined ? {} : { init: () => initial(init) as never }),
    ...options,
  } as Parameters<typeof consumerSupervisor<Json>>[0]);
}

function strategyOf(strategy: Json | undefined): unknown {
  return strategy === undefined || strategy === 'one_for_one' ? 'oneForOne' : strategy;
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
