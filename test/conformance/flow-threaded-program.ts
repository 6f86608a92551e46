import type { Plan } from 'sluice';
import { jointProgram, type Telling } from './flow-program.ts';
import type { FlowScenario } from './flow-recording.ts';
import { written } from './flow-values.ts';
import { LOG_MARK, chunksOf } from './threaded-log.ts';

/** One thing that was told on a thread. */
export type Line =
  | { readonly scenario: number; readonly inited: unknown }
  | {
      readonly scenario: number;
      readonly stage: string;
      readonly call: Readonly<Record<string, unknown>>;
    };

/**
 * Scenarios of Flow as one program that every worker loads. What callbacks tell is printed, since the trace is the one thing that
 * leaves a worker whatever becomes of its stages.
 */
export function threadedProgram(scenarios: readonly FlowScenario[]): Plan {
  const print = (line: Line) => console.log(LOG_MARK, ...chunksOf(JSON.stringify(line)));
  return jointProgram(scenarios, (scenario): Telling => ({
    called: (stage, { events, ...call }) => {
      const told = Array.isArray(events) ? { ...call, events: events.map(written) } : call;
      print({ scenario, stage, call: told });
    },
    inited: (inited) => print({ scenario, inited }),
  }));
}
