import { describe, expect, it } from 'vitest';
import { consumer, pipeline, planOf, producer, runVirtual, viewOfPlan, type PlannedFault } from 'sluice';
import { lateEvents } from '$lib/inspect/losses/costs-events.ts';
import { incidentName, incidentReason } from '$lib/inspect/losses/incident-words.ts';
import { IncidentLog } from '$lib/inspect/losses/incidents.ts';

const LONG = 'the shop answers with something that takes more than a line of sixty characters to tell';

/** Endless numbers, and a printer that cannot bear 30. */
const plan = planOf(
  pipeline(({ start, subscribe }) => {
    const numbers = producer({
      init: () => 0,
      handleDemand: (demand, next) => ({
        events: Array.from({ length: demand }, (_, i) => next + i),
        state: next + demand,
      }),
    });
    const printer = consumer({
      handleEvents: (events: number[]) => {
        if (events.includes(30)) throw new TypeError(LONG);
      },
    });
    subscribe(start('printer', printer), {
      to: start('numbers', numbers),
      maxDemand: 4,
      cancel: 'temporary',
    });
  }),
);

async function incidentsOf(...faults: readonly PlannedFault[]) {
  const { entries } = await runVirtual(plan, { seed: 0, entryBudget: 400, faults });
  return { entries, incidents: new IncidentLog(viewOfPlan(plan)).update(entries) };
}

describe('incidentReason()', () => {
  it('tells a crash that somebody made from one of the program, whose error it tells whole', async () => {
    const own = (await incidentsOf()).incidents[0];
    expect(own && incidentReason(own)).toBe(`TypeError: ${LONG}.`);
    const made = (await incidentsOf({ fault: 'crash', stage: 'printer', turn: 9 })).incidents[0];
    expect(made && incidentName(made)).toMatch(/^printer crashed at \d/);
    expect(made && incidentReason(made)).toBe('somebody made it crash, the program is not to blame.');
  });

  it('ends a sentence once', () => {
    const why = (message: string) =>
      incidentReason({ how: 'crash', injected: false, reason: { error: 'Error', message } });
    expect(why('off')).toBe('Error: off.');
    expect(why('Off you go!')).toBe('Error: Off you go!');
    expect(why('long '.repeat(60))).toMatch(/[^.]…$/);
  });
});

describe('lateEvents()', () => {
  it('is none of a run without windows', async () => {
    expect(lateEvents(viewOfPlan(plan), (await incidentsOf()).entries)).toBe(0);
  });
});
