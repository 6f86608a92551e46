import { isList } from './functions.ts';
import type { Json, Scenario } from './recording.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const COMMON = 'on_cancel init raise_on exit_on stop_on bad_on hibernate format_discarded type';
const CONSUMING = 'on_subscribe ask_on_subscribe ask_back';

/** Kinds of stages: the keys of their behaviours, and what `type` may say (nothing where there is none). */
const KINDS: Readonly<
  Record<string, { readonly keys: ReadonlySet<string>; readonly types: ReadonlySet<string> }>
> = {
  producer: {
    keys: words(`${COMMON} on_consumer from limit cap extra size events finish reason`),
    types: words('counter fixed echo push queue list stop_on_demand bad_demand'),
  },
  producer_consumer: {
    keys: words(`${COMMON} ${CONSUMING} on_consumer f n`),
    types: words('map filter each drop hold chunk defer'),
  },
  consumer: { keys: words(`${COMMON} ${CONSUMING} events`), types: words('record emitting_consumer') },
  enumerable: { keys: words('range list halt_after raise_after infinite'), types: new Set() },
  consumer_supervisor: {
    keys: words('restart child args strategy no_strategy templates child_type init'),
    types: new Set(),
  },
};

const CHILD = words('ignore_on error_on raise_on throw_on other_on error_on_restart three_tuple');

const STEPS = words(`
  start subscribe resubscribe cancel ask cast call info sync_info async_info demand get_demand estimate pause resume kill
  exit stop settle snapshot child_exit count_children which_children start_child terminate_child stream await sleep
  probe_subscribe probe_ask probe_cancel probe_events probe_consumer_cancel subscribe_to_probe unrelated_down`);

const FUNCTIONS = words(`
  identity mul add mod div square const elem field key pair_mod pair_div pair_with swap record_mod length upcase first_char
  tag compose even odd gt lt eq neq mod_eq in list true false nil num dup with_double upto keep_if one drop split graphemes
  scale ranges table raise_if mod_names mod_none wrap_mod elem_mod len_mod first_mod bad`);

/** What stages are told in a list; anything else goes to stages without callbacks, or is only passed on. */
const MESSAGES: Readonly<Record<string, ReadonlySet<string>>> = {
  cast: words('push flush ask cancel stop raise bad push_then_stop hibernate pin'),
  call: words('push push_reply_first stop stop_noreply count count_hibernate bad'),
};

/** The first word of a scenario that its format does not know; `null` when it knows them all. */
export function unknownWord({ stages, steps }: Scenario): string | null {
  for (const { name, kind, behaviour, options } of stages) {
    const known = KINDS[kind];
    if (!known) return `the kind "${kind}" of ${name} is unknown`;
    const { type, child } = behaviour;
    if (type !== undefined && !known.types.has(String(type)))
      return `the behaviour "${String(type)}" of ${name} is unknown`;
    const key = Object.keys(behaviour).find((one) => !known.keys.has(one));
    if (key !== undefined) return `the key "${key}" in the behaviour of ${name} is unknown`;
    const odd = Object.keys(child ?? {}).find((one) => !CHILD.has(one));
    if (odd !== undefined) return `the key "${odd}" in the child of ${name} is unknown`;
    const fn = unknownFunction(behaviour) ?? unknownFunction(options);
    if (fn !== null) return `the function "${fn}" of ${name} is unknown`;
  }
  for (const [i, step] of steps.entries()) {
    if (!STEPS.has(step.op)) return `the step "${step.op}" (${i}) is unknown`;
    const fn = unknownFunction(step);
    if (fn !== null) return `the function "${fn}" of step ${i} is unknown`;
    const { msg } = step;
    const told = stages.find(({ name }) => name === step['stage']);
    const [message] = msg !== undefined && isList(msg) && told?.module !== 'bare' ? msg : [];
    if (typeof message === 'string' && MESSAGES[step.op]?.has(message) === false)
      return `the message "${message}" of step ${i} is unknown`;
  }
  return null;
}

function unknownFunction(value: Json | undefined): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!isList(value) && 'fn' in value && !FUNCTIONS.has(String(value['fn']))) return String(value['fn']);
  for (const one of Object.values(value)) {
    const unknown = unknownFunction(one);
    if (unknown !== null) return unknown;
  }
  return null;
}
