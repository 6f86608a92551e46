import { lessonSchema, readFrontMatter, stepSchema, type LessonProblem } from './front-matter.server.ts';
import type { Lesson, LessonFile, Prediction, Step } from './lesson.ts';
import { countWords, renderMarkdown, type Rendered, type Stated } from './markdown.server.ts';
import { withoutRegions } from './regions.ts';

/** A lesson and what its tests need to know beside it. */
export interface ReadLesson {
  readonly lesson: Lesson;
  /** Words a learner reads in all its Markdown. */
  readonly words: number;
  readonly stated: Readonly<Record<string, readonly Stated[]>>;
  /** Empty in a lesson that can be published. */
  readonly problems: readonly LessonProblem[];
}

/**
 * Reads one lesson's folder. `sources` maps paths below `lessons` to their text:
 * `01-first-pipeline/1-run/step.md`. Pure; `null` when nothing can be made of it but its problems.
 */
export function readLesson(
  id: string,
  sources: Readonly<Record<string, string>>,
): ReadLesson | { readonly lesson: null; readonly problems: readonly LessonProblem[] } {
  const problems: LessonProblem[] = [];
  const file = `lessons/${id}/lesson.md`;
  const front = readFrontMatter(file, sources[`${id}/lesson.md`] ?? '', lessonSchema);
  if (!('data' in front)) return { lesson: null, problems: front };

  const intro = renderMarkdown({ file, files: {}, ...front }, problems);
  reportNumbers(file, intro, problems);
  const read = stepIds(id, sources).map((step) => readStep(id, step, sources, problems));
  const steps = read.flatMap((one) => one ?? []);
  if (steps.length === 0) problems.push({ file, line: 1, message: 'has no step' });

  const { title, goal } = front.data;
  const lesson: Lesson = {
    id,
    ...front.data,
    intro: intro.html,
    outline: steps.map(({ step }) => ({ id: step.id, title: step.title, goal: step.goal, kind: step.kind })),
    steps: steps.map(({ step }) => step),
  };
  const words =
    countWords(`${title} ${goal}`) + intro.words + steps.reduce((sum, step) => sum + step.words, 0);
  const stated = Object.fromEntries(steps.map(({ step, stated }) => [step.id, stated]));
  return { lesson, words, stated, problems };
}

/** One problem as a line: `lessons/01-…/lesson.md:3 title: …`. */
export function problemLine({ file, line, message }: LessonProblem): string {
  return `${file}:${line} ${message}`;
}

function stepIds(id: string, sources: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(sources)
    .flatMap((path) => {
      const [lesson, step, file] = path.split('/');
      return lesson === id && step !== undefined && file === 'step.md' ? step : [];
    })
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

function readStep(
  lesson: string,
  id: string,
  sources: Readonly<Record<string, string>>,
  problems: LessonProblem[],
): { readonly step: Step; readonly words: number; readonly stated: readonly Stated[] } | null {
  const file = `lessons/${lesson}/${id}/step.md`;
  const front = readFrontMatter(file, sources[`${lesson}/${id}/step.md`] ?? '', stepSchema);
  if (!('data' in front)) {
    problems.push(...front);
    return null;
  }
  const own = Object.fromEntries(
    FILES.flatMap(({ name }) => {
      const source = sources[`${lesson}/${id}/${name}`];
      return source === undefined ? [] : [[name, source]];
    }),
  );
  const rendered = renderMarkdown({ file, files: own, ...front }, problems);
  reportNumbers(file, rendered, problems);

  const { title, goal, kind, speed } = front.data;
  for (const name of kind === 'exercise'
    ? ['start.ts', 'solution.ts', 'twin.exs']
    : ['start.ts', 'twin.exs']) {
    if (own[name] === undefined) problems.push({ file, line: 1, message: `has no ${name} beside it` });
  }
  const predictions = front.data.predictions.map((prediction): Prediction => {
    const explanation = rendered.explanations[prediction.id];
    if (!explanation)
      problems.push({ file, line: 1, message: `does not explain the prediction ${prediction.id}` });
    return { ...prediction, explanation: explanation ?? '' };
  });
  const asked = front.data.predictions.flatMap((one) => [
    one.asks,
    ...(one.kind === 'number' ? [] : one.options.map((option) => option.text)),
  ]);
  return {
    step: { id, title, goal, kind, speed, prose: rendered.html, predictions, files: lessonFiles(own) },
    words: rendered.words + countWords([title, goal, ...asked].join(' ')),
    stated: rendered.stated,
  };
}

const FILES = [
  { name: 'start.ts', language: 'typescript' },
  { name: 'solution.ts', language: 'typescript' },
  { name: 'twin.exs', language: 'elixir' },
] as const;

function lessonFiles(own: Readonly<Record<string, string>>): readonly LessonFile[] {
  return FILES.flatMap(({ name, language }) => {
    const source = own[name];
    return source === undefined ? [] : [{ name, language, source: withoutRegions(source) }];
  });
}

/** Numbers in running text must come from a run; those of a program are written as code. */
function reportNumbers(file: string, { unstated }: Rendered, problems: LessonProblem[]): void {
  for (const { text, line } of unstated) {
    problems.push({ file, line, message: `states a number that no run gives: ${text.trim()}` });
  }
}
