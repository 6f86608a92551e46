import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Unsupported } from './behaviours.ts';
import { firstDifference } from './comparison.ts';
import { differencesOf } from './differences.ts';
import { isOfGenStage, parseRecordings, type Scenario } from './recording.ts';
import { replay } from './replayer.ts';

/** What came of replaying a file or a folder of recordings. */
export interface Report {
  readonly passed: number;
  /** One line each: scenario, rules, first difference. */
  readonly failures: readonly string[];
  /** One line each: scenario and the rules by which it differs on purpose. */
  readonly byDesign: readonly string[];
  /** One line each: scenario or file, and what the engine lacks for it. */
  readonly unsupported: readonly string[];
}

type Outcome = { readonly kind: keyof Omit<Report, 'passed'> | 'passed'; readonly line: string };

/** Replays every `.json` file of recordings of GenStage in a folder, or one file. */
export async function replayAll(path: string): Promise<Report> {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(...(await replayFile(file)));
  const lines = (kind: Outcome['kind']) =>
    outcomes.filter((one) => one.kind === kind).map(({ line }) => line);
  return {
    passed: lines('passed').length,
    failures: lines('failures'),
    byDesign: lines('byDesign'),
    unsupported: lines('unsupported'),
  };
}

async function replayFile(file: string): Promise<Outcome[]> {
  let scenarios: readonly Scenario[];
  try {
    const text = readFileSync(file, 'utf8');
    if (!isOfGenStage(text)) return [{ kind: 'unsupported', line: `${file}: no recordings of GenStage` }];
    scenarios = parseRecordings(text).scenarios;
  } catch (error) {
    return [{ kind: 'failures', line: `${file}: cannot be read as recordings (${firstLine(error)})` }];
  }
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) outcomes.push(await replayOne(scenario));
  return outcomes;
}

async function replayOne(scenario: Scenario): Promise<Outcome> {
  const name = `${scenario.id} ${scenario.rules.join(' ')}`;
  const differs = differencesOf(scenario);
  if (differs.length > 0)
    return { kind: 'byDesign', line: `${name}: differs by design: ${differs.join(', ')}` };
  try {
    const difference = firstDifference(scenario, await replay(scenario));
    return difference === null
      ? { kind: 'passed', line: name }
      : { kind: 'failures', line: `${name}: ${difference}` };
  } catch (error) {
    if (error instanceof Unsupported) return { kind: 'unsupported', line: `${name}: needs ${error.message}` };
    return { kind: 'failures', line: `${name}: ${firstLine(error)}` };
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
