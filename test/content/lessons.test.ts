import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readLesson } from '$lib/lesson/read-lesson.server.ts';
import { evaluate } from '$lib/sandbox/evaluate.ts';
import { DETECTORS, findingsIn } from '$lib/view/detectors/findings.ts';
import { CHECK_ENTRY_BUDGET, type Exercise, type RunRecord } from '#lessons/schema.ts';
import { atOnce } from '../support/at-once.ts';
import { lessonSources } from './lesson-files.ts';
import {
  exerciseFolders,
  exerciseOf,
  factsOf,
  outcomesOf,
  programsIn,
  runsOf,
  stepFolders,
} from './lesson-programs.ts';

const sources = lessonSources();
const misconceptions: unknown = parse(
  readFileSync(resolve(import.meta.dirname, '../../quizzes/misconceptions.yaml'), 'utf8'),
);

/** What the detectors that look at any run may find. */
const detected = new Set(DETECTORS.flatMap((detector) => detector.misconceptions));

/** A test runs up to a dozen programs on several seeds; a busy machine takes its time. */
const LONG = { timeout: 120_000 };

describe.each(exerciseFolders)('%s', LONG, (folder) => {
  let exercise: Exercise;
  beforeAll(async () => {
    exercise = await exerciseOf(folder);
  });

  /** A program gives the same runs each time: made once, by its path. */
  const known = new Map<string, Promise<readonly RunRecord[]>>();
  const runsOfProgram = (path: string) => {
    const runs = known.get(path) ?? runsOf(path, exercise);
    known.set(path, runs);
    return runs;
  };

  it('lists at least three requirements as sentences, and three hints of at most two sentences', () => {
    expect(exercise.checks.length).toBeGreaterThanOrEqual(3);
    for (const { says } of exercise.checks) expect(says).toMatch(/^\p{Lu}.*\.$/u);
    expect(new Set(exercise.checks.map(({ id }) => id)).size).toBe(exercise.checks.length);
    for (const hint of exercise.hints) expect(sentences(hint), hint).toBeLessThanOrEqual(2);
  });

  it('names misconceptions of the registry only', () => {
    for (const { misconception } of exercise.detectors) expect(misconceptions).toHaveProperty(misconception);
  });

  it('start.ts fails', async () => {
    const { passed, problems } = evaluate(exercise, await runsOfProgram(`${folder}/start.ts`));
    expect(problems).toEqual([]);
    expect(passed).toBe(false);
  });

  it('solution.ts passes, and no detector recognizes it', async () => {
    const runs = await runsOfProgram(`${folder}/solution.ts`);
    expect(failures(exercise, runs)).toEqual([]);
    expect(recognized(exercise, runs)).toEqual([]);
  });

  it('other right programs pass, and no detector recognizes them', async () => {
    const others = programsIn(`/test/content/right/${folder.split('/').at(-1)}`);
    expect(others.length).toBeGreaterThanOrEqual(1);
    for (const path of others) {
      const runs = await runsOfProgram(path);
      expect(failures(exercise, runs), path).toEqual([]);
      expect(recognized(exercise, runs), path).toEqual([]);
    }
  });

  it('every wrong program gets the message of its own mistake, and no other', async () => {
    const told = new Map<string, string>();
    for (const path of programsIn(`${folder}/wrong`)) {
      const runs = await runsOfProgram(path);
      const { message, passed, problems } = evaluate(exercise, runs);
      expect({ path, passed, problems }).toEqual({ path, passed: false, problems: [] });
      expect({ path, recognized: recognized(exercise, runs) }).toEqual({
        path,
        recognized: [declaredIn(path)],
      });
      expect(message?.misconception).toBe(declaredIn(path));
      told.set(message?.says ?? '', path);
    }
    expect(told.size).toBe(programsIn(`${folder}/wrong`).length);
    expect(told.size).toBeGreaterThanOrEqual(2);
  });

  it('its right programs show nothing that is worth a look, and its wrong ones their own mistake or nothing', async () => {
    const budget = exercise.entryBudget ?? CHECK_ENTRY_BUDGET;
    const right = [
      `${folder}/start.ts`,
      `${folder}/solution.ts`,
      ...programsIn(`/test/content/right/${folder.split('/').at(-1)}`),
    ];
    for (const path of right) {
      for (const run of await runsOfProgram(path)) {
        expect({ path, found: foundIn(run, budget) }).toEqual({ path, found: [] });
      }
    }
    for (const path of programsIn(`${folder}/wrong`)) {
      const own = declaredIn(path);
      const found = detected.has(own) ? [own] : [];
      for (const run of await runsOfProgram(path)) {
        expect({ path, found: foundIn(run, budget) }).toEqual({ path, found });
      }
    }
  });

  it('every detector has a wrong program that it recognizes', () => {
    const declared = new Set(programsIn(`${folder}/wrong`).map(declaredIn));
    expect(exercise.detectors.map(({ misconception }) => misconception).sort()).toEqual([...declared].sort());
  });
});

describe.each(stepFolders)('%s', (folder) => {
  const [, , lessonId = '', stepId = ''] = folder.split('/');
  const read = readLesson(lessonId, sources);
  const step = read.lesson?.steps.find(({ id }) => id === stepId);

  it('its programs name `sluice` and its data only', () => {
    for (const path of programsIn(folder)) {
      const imports = Array.from(sourceOf(path).matchAll(/from '([^']+)'/g), (match) => match[1]);
      expect(
        imports.filter((name) => name !== 'sluice' && name !== 'sluice/data'),
        path,
      ).toEqual([]);
    }
  });

  it('every number it states comes out of a run', async () => {
    expect.assert(read.lesson);
    const facts = await factsOf(folder);
    for (const { text, fact, of, line } of read.stated[stepId] ?? []) {
      for (const run of await runsOf(`${folder}/${of}.ts`, { seeds: [0, 11, 23] })) {
        expect(facts[fact]?.(run), `${folder}/step.md:${line}`).toBe(text);
      }
    }
  });

  it('every prediction is answered by a run of start.ts', async () => {
    expect.assert(step);
    const outcomes = await outcomesOf(folder);
    expect(Object.keys(outcomes).sort()).toEqual(step.predictions.map(({ id }) => id).sort());
    const runs = await runsOf(`${folder}/start.ts`, { seeds: [0, 11, 23] });
    for (const prediction of step.predictions) {
      const actual = runs.map((run) => outcomes[prediction.id]?.(run)?.actual);
      expect(new Set(actual.map((value) => JSON.stringify(value))).size, prediction.id).toBe(1);
      expect(actual[0]?.kind).toBe(prediction.kind);
      if (prediction.kind === 'number' || !actual[0]) continue;
      const options = prediction.options.map(({ id }) => id);
      if (actual[0].kind === 'choice') expect(options).toContain(actual[0].choice);
      if (actual[0].kind === 'order') {
        expect([...actual[0].order].sort()).toEqual([...options].sort());
        expect(actual[0].order).not.toEqual(options);
      }
    }
  });

  it('no prediction is answered before anything has happened', async () => {
    const outcomes = await outcomesOf(folder);
    for (const [id, read] of Object.entries(outcomes)) {
      const plan = { stages: [], subscriptions: [] };
      expect(read({ plan, entries: [] }), id).toBeNull();
    }
  });
});

/** Ids of what a run shows. */
function foundIn({ plan, entries, ended }: RunRecord, entryBudget: number): readonly string[] {
  const atRest = ended === 'idle' && entries.length < entryBudget;
  const elapsedMs = entries.at(-1)?.atMs ?? 0;
  return atOnce(findingsIn({ plan, entries, atRest, elapsedMs })).map(({ misconception }) => misconception);
}

/** The failed checks with what they found, readable in a test's report. */
function failures(exercise: Exercise, runs: readonly RunRecord[]) {
  const { verdicts, problems } = evaluate(exercise, runs);
  expect(problems).toEqual([]);
  return verdicts.flatMap(({ check, verdict }) =>
    verdict.pass ? [] : `${check.id}: expected ${verdict.expected}, got ${verdict.got}`,
  );
}

/** Ids of all detectors that recognize any of the runs. */
function recognized(exercise: Exercise, runs: readonly RunRecord[]): readonly string[] {
  return exercise.detectors
    .filter(({ detect }) => runs.some((run) => detect(run) !== null))
    .map(({ misconception }) => misconception);
}

function declaredIn(path: string): string {
  return /^\/\/ misconception: (\S+)\n/.exec(sourceOf(path))?.[1] ?? `${path} declares none`;
}

function sourceOf(path: string): string {
  const source = sources[path.slice('/lessons/'.length)];
  if (source === undefined) throw new Error(`${path} is no file of a lesson`);
  return source;
}

/** A mark ends a sentence after a word or a bracket, where a space or nothing follows: not in `a ?? 0`. */
function sentences(text: string): number {
  return text.match(/(?<=[\p{L}\p{N})}])[.?!](?=\s|$)/gu)?.length ?? 0;
}
