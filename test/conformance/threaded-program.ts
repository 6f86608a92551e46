import { pipeline, type Plan, type StageDefinition, type StageHandle } from 'sluice';
import { interpret, optionsOf, type Call } from './behaviours.ts';
import { record } from './functions.ts';
import { LOG_MARK, chunksOf } from './threaded-log.ts';
import type { Scenario } from './recording.ts';
import { isPlanned } from './threaded-plan.ts';

/**
 * The stages of a scenario as a program that every worker loads. What their callbacks log is printed, since the trace is
 * the one thing that leaves a worker whatever becomes of its stages.
 */
export function programFor({ stages, steps }: Scenario): Plan {
  return pipeline(({ start, subscribe }) => {
    const handles = new Map<string, StageHandle>();
    for (const spec of stages) {
      const { definition, log } = interpret(spec, (id) => id);
      handles.set(spec.name, start(spec.name, telling(definition(), log)));
    }
    // Whether the stages fit together is for the recording to say, not for the compiler.
    const connect: (consumer: unknown, options: object) => void = subscribe as never;
    for (const step of steps.filter(isPlanned)) {
      const to = handles.get(String(step['to']));
      connect(handles.get(String(step['consumer'])), { ...optionsOf(record(step['opts'])), to });
    }
  });
}

function telling(definition: StageDefinition, log: readonly Call[]): StageDefinition {
  let told = 0;
  const tell = () => {
    for (const call of log.slice(told)) console.log(LOG_MARK, ...chunksOf(JSON.stringify(call)));
    told = log.length;
  };
  const callbacks = Object.entries(definition.callbacks).map(([name, callback]) => [
    name,
    (...args: unknown[]) => {
      try {
        return Reflect.apply(callback, undefined, args);
      } finally {
        tell();
      }
    },
  ]);
  return { ...definition, callbacks: Object.fromEntries(callbacks) };
}
