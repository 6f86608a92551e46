import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Unsupported } from './behaviours.ts';
import { firstDifference } from './comparison.ts';
import { differencesOf } from './differences.ts';
import { parseScenario, scenariosIn, type Scenario } from './recording.ts';
import { replay } from './replayer.ts';
import { unknownWord } from './vocabulary.ts';

/** What came of replaying one scenario, or of reading one file. */
export interface Outcome {
  /** `byDesign`: it differs on purpose; `other`: a file that holds no recordings of GenStage. */
  readonly kind: 'passed' | 'failed' | 'byDesign' | 'other';
  /** Name of the scenario or file. */
  readonly name: string;
  readonly rules: readonly string[];
  /** One line for people: scenario, rules, first difference. */
  readonly line: string;
}

/** A scenario that has not ended by then never will. */
const MAX_REAL_MS = 20_000;

/** Replays every `.json` file of recordings of GenStage in a folder, or one file. */
export async function replayAll(path: string): Promise<readonly Outcome[]> {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(...(await replayFile(file)));
  return outcomes;
}

async function replayFile(file: string): Promise<Outcome[]> {
  const told = (kind: Outcome['kind'], problem: string): Outcome => ({
    kind,
    name: file,
    rules: [],
    line: `${file}: ${problem}`,
  });
  let scenarios: readonly unknown[] | null;
  try {
    scenarios = scenariosIn(readFileSync(file, 'utf8'));
  } catch (error) {
    return [told('failed', `cannot be read as recordings (${firstLine(error)})`)];
  }
  if (scenarios === null) return [told('other', 'no recordings of GenStage')];
  const outcomes: Outcome[] = [];
  for (const [i, one] of scenarios.entries()) {
    const scenario = parseScenario(one);
    if (typeof scenario === 'string') outcomes.push(told('failed', `scenario ${i + 1}: ${scenario}`));
    else outcomes.push(await replayOne(scenario));
  }
  return outcomes;
}

/** Replays one scenario and says how it came out. Never rejects. */
export async function replayOne(scenario: Scenario): Promise<Outcome> {
  const { id: name, rules } = scenario;
  const told = (kind: Outcome['kind'], what: string): Outcome => ({
    kind,
    name,
    rules,
    line: [name, ...rules].join(' ') + (what && `: ${what}`),
  });
  const problem = await problemOf(scenario);
  if (problem === null) return told('passed', '');
  // A scenario may come near a difference without ever meeting it.
  const differs = differencesOf(scenario);
  if (differs.length > 0) return told('byDesign', `differs by design: ${differs.join(', ')}`);
  return told('failed', problem);
}

/** Why a replay is not what was recorded; `null` when it is. */
async function problemOf(scenario: Scenario): Promise<string | null> {
  const unknown = unknownWord(scenario);
  if (unknown !== null) return unknown;
  try {
    const difference = firstDifference(scenario, await inTime(replay(scenario)));
    return difference === null ? null : oneLine(difference);
  } catch (error) {
    const needs = error instanceof Unsupported ? 'needs ' : '';
    return needs + firstLine(error);
  }
}

async function inTime<Result>(replayed: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`has not ended after ${MAX_REAL_MS} ms`)), MAX_REAL_MS);
  });
  return Promise.race([replayed, late]).finally(() => clearTimeout(timer));
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
