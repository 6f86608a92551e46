import type { Scenario } from './recording.ts';

/** Rules whose quirk is not reproduced, with what happens instead. The same list stands in engine/DESIGN.md. */
export const DIFFERS_BY_DESIGN: readonly {
  readonly rule: string;
  readonly applies: (scenario: Scenario) => boolean;
}[] = [
  { rule: 'GS-002', applies: ({ rules }) => rules.includes('GS-002') },
  // A buffer of size 0 keeps nothing.
  { rule: 'GS-010', applies: ({ stages }) => stages.some(({ options }) => options['buffer_size'] === 0) },
  // Whoever is subscribed to a broadcast stays refused, however often it tries.
  { rule: 'GS-117', applies: takesRefused },
  // A producerConsumer answers that it forwards, as it always does.
  {
    rule: 'GS-144',
    applies: ({ rules, stages, steps }) =>
      rules.includes('GS-144') && asksMode(steps, stages, 'producer_consumer'),
  },
  // A step that hibernates is a step like any other, also in handleCancel.
  {
    rule: 'GS-168',
    applies: ({ stages }) => stages.some(({ behaviour }) => isHibernate(behaviour['on_cancel'])),
  },
];

function asksMode(steps: Scenario['steps'], stages: Scenario['stages'], kind: string): boolean {
  return steps.some(
    ({ op, stage }) => op === 'get_demand' && stages.some((one) => one.name === stage && one.kind === kind),
  );
}

/** Whether a consumer subscribes to one producer again after it has been refused, while its first subscription goes on. */
function takesRefused({ stages, steps }: Scenario): boolean {
  const broadcasts = stages
    .filter(({ options }) => isBroadcast(options['dispatcher']))
    .map(({ name }) => name);
  const held = new Map<string, { readonly subs: Set<unknown>; refusals: number }>();
  for (const step of steps) {
    if (step.op === 'cancel') {
      // GenStage forgets the process with whichever subscription of it ends.
      for (const link of held.values()) if (link.subs.delete(step['sub'])) link.refusals = 0;
    }
    if (step.op !== 'subscribe' || !broadcasts.includes(String(step['to']))) continue;
    const key = JSON.stringify([step['consumer'], step['to']]);
    const link = held.get(key) ?? { subs: new Set(), refusals: 0 };
    held.set(key, link);
    if (link.subs.size === 0) link.subs.add(step['sub']);
    else if (++link.refusals > 1) return true;
  }
  return false;
}

function isBroadcast(dispatcher: unknown): boolean {
  const type =
    typeof dispatcher === 'object' && dispatcher !== null && 'type' in dispatcher
      ? dispatcher.type
      : dispatcher;
  return type === 'broadcast';
}

function isHibernate(choice: unknown): boolean {
  return Array.isArray(choice) && choice[0] === 'hibernate';
}

/** Rules by which a scenario differs on purpose. */
export function differencesOf(scenario: Scenario): readonly string[] {
  return DIFFERS_BY_DESIGN.filter(({ applies }) => applies(scenario)).map(({ rule }) => rule);
}
