import type { FlowScenario } from './flow-recording.ts';
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
  const subscribing = (consumer: unknown, to: unknown, sub: unknown): boolean => {
    if (!broadcasts.includes(String(to))) return false;
    const key = JSON.stringify([consumer, to]);
    const link = held.get(key) ?? { subs: new Set(), refusals: 0 };
    held.set(key, link);
    if (link.subs.size > 0) return ++link.refusals > 1;
    link.subs.add(sub);
    return false;
  };
  for (const step of steps) {
    for (const { to, sub } of step.op === 'start' ? targetsOf(stages, step['stage']) : [])
      if (subscribing(step['stage'], to, sub)) return true;
    if (step.op === 'cancel' || step.op === 'probe_cancel') {
      // GenStage forgets the process with whichever subscription of it ends.
      for (const link of held.values()) if (link.subs.delete(step['sub'])) link.refusals = 0;
    }
    if (step.op === 'subscribe' && subscribing(step['consumer'], step['to'], step['sub'])) return true;
    if (step.op === 'probe_subscribe' && subscribing('probe', step['to'], step['sub'])) return true;
  }
  return false;
}

/** What a stage subscribes to as it starts. */
function targetsOf(stages: Scenario['stages'], name: unknown): readonly { to: unknown; sub: unknown }[] {
  const targets: unknown = stages.find((stage) => stage.name === name)?.options['subscribe_to'];
  if (!Array.isArray(targets)) return [];
  return targets.map((target: unknown) => ({ to: target, sub: null, ...Object(target) }));
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

/** The same for Flow. */
export const FLOW_DIFFERS_BY_DESIGN: readonly {
  readonly rule: string;
  readonly applies: (scenario: FlowScenario) => boolean;
}[] = [
  // A wrong demand is refused as the flow is declared; nothing is left without a producer, and nothing hangs.
  { rule: 'FL-006', applies: ({ expect }) => expect.hangs !== undefined },
];

/** Rules by which a scenario of Flow differs on purpose. */
export function flowDifferencesOf(scenario: FlowScenario): readonly string[] {
  return FLOW_DIFFERS_BY_DESIGN.filter(({ applies }) => applies(scenario)).map(({ rule }) => rule);
}
