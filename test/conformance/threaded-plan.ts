import { isList, record } from './functions.ts';
import type { JsonRecord, Scenario } from './recording.ts';

/** Whether a subscription is part of the program: its selector is a function, which is no data that a request can carry. */
export function isPlanned({ op, opts }: Scenario['steps'][number]): boolean {
  return op === 'subscribe' && opts !== undefined && 'selector' in record(opts);
}

/** The subscriptions that a program makes itself, with the engine's names for them and the recording's. */
export function plannedSubscriptions({
  stages,
  steps,
}: Scenario): readonly { readonly id: string; readonly name: string }[] {
  const targets = stages.flatMap(({ name, options }) => {
    const targetsOf = options['subscribe_to'];
    const own = targetsOf !== undefined && isList(targetsOf) ? targetsOf.map(record) : [];
    return own.map((target): readonly [string, JsonRecord] => [name, target]);
  });
  const planned = steps
    .filter(isPlanned)
    .map((step): readonly [string, JsonRecord] => [String(step['consumer']), step]);
  const seen = new Map<string, number>();
  return [...planned, ...targets].map(([consumer, { to, sub }]) => {
    const plain = `${consumer}←${String(to)}`;
    const count = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, count);
    const id = count === 1 ? plain : `${plain}#${count}`;
    return { id, name: typeof sub === 'string' ? sub : id };
  });
}
