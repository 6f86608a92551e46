/** The recordings as tests: on the canonical schedule, and a few random ones for what holds under any. */
import { readFileSync, readdirSync } from 'node:fs';

const SEEDS = 6;

/** @param libraries - `genstage`, `flow`: whose recordings. */
export async function recordedTests(load, libraries) {
  const tests = [];
  if (libraries.includes('genstage')) tests.push(...(await recordedOfGenStage(load)));
  if (libraries.includes('flow')) tests.push(...(await recordedOfFlow(load)));
  return tests;
}

async function recordedOfGenStage(load) {
  const { parseRecordings } = await load('/test/conformance/recording.ts');
  const { replay } = await load('/test/conformance/replayer.ts');
  const { firstDifference } = await load('/test/conformance/comparison.ts');
  const { differencesOf } = await load('/test/conformance/differences.ts');
  const { brokenFact } = await load('/test/conformance/facts.ts');
  return testsOf({
    scenarios: scenariosOf('genstage', parseRecordings).filter((one) => differencesOf(one).length === 0),
    problem: async (scenario) => firstDifference(scenario, await replay(scenario)),
    problemUnder: async (scenario, seed) => brokenFact(scenario, await replay(scenario, seed)),
  });
}

async function recordedOfFlow(load) {
  const { parseFlows } = await load('/test/conformance/flow-recording.ts');
  const { flowDifferencesOf } = await load('/test/conformance/differences.ts');
  const { flowProblem } = await load('/test/conformance/run.ts');
  return testsOf({
    scenarios: scenariosOf('flow', parseFlows).filter((one) => flowDifferencesOf(one).length === 0),
    problem: flowProblem,
    problemUnder: flowProblem,
  });
}

function scenariosOf(library, parse) {
  const folder = new URL(`../../../test/conformance/${library}/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => parse(readFileSync(new URL(name, folder), 'utf8')).scenarios);
}

function testsOf({ scenarios, problem, problemUnder }) {
  const canonical = scenarios.map((scenario) => ({
    title: scenario.id,
    run: async () => throwIf(await problem(scenario)),
  }));
  const interleaved = scenarios.map((scenario) => ({
    title: `${scenario.id}, interleaved`,
    run: async () => {
      for (let seed = 1; seed <= SEEDS; seed++) throwIf(await problemUnder(scenario, seed));
    },
  }));
  return [...canonical, ...interleaved];
}

function throwIf(difference) {
  if (difference !== null) throw new Error(difference);
}
