import { describe, expect, it } from 'vitest';
import { flights } from 'sluice/data';
import { randomOfStages } from '#engine/time/random.ts';
import type { RunRecord } from '#lessons/schema.ts';
import { nodePlatform, startOnThreads, until } from '../support/node-runner.ts';
import { lessonSources } from './lesson-files.ts';
import { programsIn, runsOf, stepFolders } from './lesson-programs.ts';

const SEED = 5;
/** Events handled by the last stage that are enough to compare. */
const ENOUGH = 12;
/** Threads start as soon as the machine's other work lets them. */
const LONG = { timeout: 120_000 };

const sources = lessonSources();

/** What a step ends with: its solution, or what it shows where there is nothing to solve. */
const programs = stepFolders.map((folder) => {
  const [first, second] = [`${folder}/solution.ts`, `${folder}/start.ts`];
  return programsIn(folder).includes(first) ? first : second;
});

/** What no schedule may change: all that each stage handled, made and printed, each in its order. */
function perStage({ entries, plan }: Pick<RunRecord, 'entries' | 'plan'>) {
  return plan.stages.map(({ id }) => {
    const own = entries.filter(({ stage }) => stage === id);
    return {
      stage: id,
      handled: own.flatMap((entry) =>
        entry.type === 'begin' && entry.callback === 'handleEvents' ? (entry.events ?? []) : [],
      ),
      made: own.flatMap((entry) => (entry.type === 'end' ? entry.emitted : [])),
      printed: own.flatMap((entry) => (entry.type === 'log' ? [entry.values] : [])),
    };
  });
}

describe.each(programs)('%s', LONG, (path) => {
  it('does on threads what it does under the virtual scheduler, stage by stage', async () => {
    const source = sources[path.replace('/lessons/', '')];
    expect.assert(source !== undefined);
    const platform = await nodePlatform(source, { flights: JSON.stringify(flights) });
    const run = startOnThreads(platform, { seed: SEED, entryBudget: 15_000 });
    const { plan } = await until(run, ({ stages, end }) => {
      return end !== null || (stages.at(-1)?.handled ?? 0) >= ENOUGH;
    });
    expect.assert(plan);
    const producer = plan.stages.find(({ kind }) => kind === 'producer')?.id ?? '';
    // An endless source is stopped; the flights come to their end.
    const isFinite = path.includes('flights');
    if (!isFinite) run.stop();
    expect(await run.done).toEqual({ type: isFinite ? 'idle' : 'stopped' });

    // Chance in these programs is the producer's alone: on a worker every stage has numbers of its own (RUN-1).
    const numbersOf = (seed: number) => {
      const drawn = randomOfStages(seed, 'program');
      return () => drawn(producer);
    };
    const [virtual] = await runsOf(path, { seeds: [SEED], entryBudget: 15_000 }, numbersOf);
    expect.assert(virtual);
    // Only workers say where the program is written (RUN-35).
    expect(run.now.plan).toEqual({ ...virtual.plan, code: plan.code });
    const onThreads = perStage({ plan, entries: run.now.entries });
    const inVirtualTime = perStage(virtual);
    for (const [i, { stage, handled, made, printed }] of onThreads.entries()) {
      const expected = inVirtualTime[i];
      expect.assert(expected);
      expect(stage).toBe(expected.stage);
      expect(handled).toEqual(expected.handled.slice(0, handled.length));
      expect(made).toEqual(expected.made.slice(0, made.length));
      // A line for each batch depends on how the events came in batches, but for the last; a line for each event does not.
      if (isFinite) expect(printed.at(-1)).toEqual(expected.printed.at(-1));
      else expect(printed).toEqual(expected.printed.slice(0, printed.length));
      if (isFinite)
        expect([handled.length, made.length]).toEqual([expected.handled.length, expected.made.length]);
    }
    expect(onThreads.at(-1)?.handled.length).toBeGreaterThanOrEqual(ENOUGH);
    expect(onThreads.at(-1)?.printed.length).toBeGreaterThan(0);
  });

  it('does the same twice with the same seed, and something else with another where chance is at work', async () => {
    const [first, second] = await runsOf(path, { seeds: [SEED, SEED] });
    const [other] = await runsOf(path, { seeds: [SEED + 1] });
    expect.assert(first && other);
    expect(second).toEqual(first);
    const made = (run: RunRecord) => perStage(run).map((stage) => stage.made);
    if (sources[path.replace('/lessons/', '')]?.includes('Math.random'))
      expect(made(other)).not.toEqual(made(first));
  });
});
