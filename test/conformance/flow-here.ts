import { flowOf } from './flow-translator.ts';
import { isLive } from './flow-program.ts';
import { pipelinesIn, type FlowScenario } from './flow-recording.ts';
import { resultOf, type FlowObserved, type FlowOutcome } from './flow-replayer.ts';
import { written } from './flow-values.ts';
import type { Json } from './recording.ts';

/** Whether a flow needs nothing beside it: then a program may just run it. */
export function runsAlone(scenario: FlowScenario): boolean {
  return (
    !isLive(scenario) &&
    pipelinesIn(scenario.pipeline).every(({ source }) => source.type !== 'stages' && source.type !== 'specs')
  );
}

/** Runs a flow in this thread and in real time, as a program does that awaits what it gives. */
export async function runHere(scenario: FlowScenario): Promise<FlowObserved> {
  const onInit: Json[] = [];
  const outcome = await outcomeOf(scenario, onInit);
  return { outcome, onInit, topology: null, exits: {}, demands: {} };
}

async function outcomeOf(scenario: FlowScenario, onInit: Json[]): Promise<FlowOutcome> {
  let declared = false;
  try {
    const flow = flowOf(scenario.pipeline, {
      reading: 0,
      offered: [],
      onInit: ({ index, total }) => void onInit.push([index, total]),
      producer: beside,
      producerSpec: beside,
      through: { handle: beside, spec: beside },
    });
    declared = true;
    if (scenario.sink === 'run' || scenario.sink === 'run_unlinked') {
      await flow.run();
      return { type: 'result', value: 'ok' };
    }
    const events = (await readBy(scenario.sink, flow)).map(written);
    const again = async (): Promise<FlowObserved> => {
      const value = (await flow.toArray()).map(written);
      return { outcome: { type: 'result', value }, onInit, topology: null, exits: {}, demands: {} };
    };
    return { type: 'result', value: await resultOf(scenario, events, again) };
  } catch (error) {
    return {
      type: declared ? 'exit' : 'raised',
      told: error instanceof Error ? error.message : String(error),
    };
  }
}

function beside(): never {
  throw new Error('Cannot run the flow alone as it needs stages beside it');
}

async function readBy(sink: FlowScenario['sink'], flow: ReturnType<typeof flowOf>): Promise<unknown[]> {
  const take = typeof sink === 'object' && sink['take'] !== undefined ? Number(sink['take']) : Infinity;
  if (take === Infinity && sink !== 'sum' && sink !== 'count') return flow.toArray();
  const events: unknown[] = [];
  for await (const event of flow) {
    events.push(event);
    if (events.length === take) break;
  }
  return events;
}
