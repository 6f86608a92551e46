import { planOf, runVirtual, type Print } from 'sluice';
import { seededRandom } from '#engine/time/random.ts';
import {
  CHECK_ENTRY_BUDGET,
  HIDDEN_SEEDS,
  type Exercise,
  type Facts,
  type Outcomes,
  type RunRecord,
} from '#lessons/schema.ts';

const programs = import.meta.glob<unknown>(
  ['/lessons/*/*/{start,solution}.ts', '/lessons/*/*/wrong/*.ts', '/test/content/right/*/*.ts'],
  { import: 'default' },
);
const exercises = import.meta.glob<Exercise>('/lessons/*/*/check.ts', { import: 'exercise' });
const outcomes = import.meta.glob<Outcomes>('/lessons/*/*/predict.ts', { import: 'outcomes' });
const facts = import.meta.glob<Facts>('/lessons/*/*/facts.ts', { import: 'facts' });

/** Folders of all steps, as paths from the project's root: `/lessons/01-first-pipeline/1-run`. */
export const stepFolders: readonly string[] = foldersOf(Object.keys(programs));

/** Folders of the steps that are exercises. */
export const exerciseFolders: readonly string[] = foldersOf(Object.keys(exercises));

/** Paths of the programs below a folder. */
export function programsIn(folder: string): readonly string[] {
  return Object.keys(programs).filter((path) => path.startsWith(`${folder}/`));
}

export async function exerciseOf(folder: string): Promise<Exercise> {
  const load = exercises[`${folder}/check.ts`];
  if (!load) throw new Error(`${folder} has no check.ts`);
  return load();
}

export async function outcomesOf(folder: string): Promise<Outcomes> {
  return (await outcomes[`${folder}/predict.ts`]?.()) ?? {};
}

export async function factsOf(folder: string): Promise<Facts> {
  return (await facts[`${folder}/facts.ts`]?.()) ?? {};
}

/**
 * Runs a program once for each seed, as the page's hidden runs do.
 *
 * @param random - What `Math.random` gives in the run of a seed; default: as in hidden runs.
 */
export async function runsOf(
  path: string,
  exercise: Partial<Exercise> = {},
  random: (seed: number) => () => number = seededRandom,
): Promise<readonly RunRecord[]> {
  const { seeds = HIDDEN_SEEDS, entryBudget = CHECK_ENTRY_BUDGET } = exercise;
  const program = await programs[path]?.();
  const runs: RunRecord[] = [];
  for (const seed of seeds) {
    runs.push(await runSeeded(program, { seed, entryBudget }, random(seed)));
  }
  return runs;
}

/** The page's workers seed `Math.random` and record the console; so does this. */
async function runSeeded(
  program: unknown,
  options: { readonly seed: number; readonly entryBudget: number },
  drawn: () => number,
): Promise<RunRecord> {
  const { random } = Math;
  const { log } = console;
  Math.random = drawn;
  const onPrint = (print: Print | null): void => {
    console.log = print ? (...values: unknown[]) => print('log', values, () => undefined) : log;
  };
  try {
    return await runVirtual(planOf(program), { ...options, onPrint });
  } finally {
    Math.random = random;
  }
}

function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = paths.flatMap((path) => /^\/lessons\/[^/]+\/[^/]+(?=\/[^/]+$)/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}
