import { readMisconceptions } from './misconceptions.ts';
import { parseFile } from './parse.ts';
import type { Quiz } from './quiz.ts';

// Read while the site is built: no Markdown reader reaches a browser.
const files = import.meta.glob<string>('/quizzes/*.md', { query: '?raw', import: 'default', eager: true });
const registry = import.meta.glob<string>('/quizzes/misconceptions.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Names of all quizzes: `01-first-pipeline`. */
export function quizNames(): readonly string[] {
  return Object.keys(files).map((path) => path.slice('/quizzes/'.length, -'.md'.length));
}

/** A quiz by name, as plain data with sanitized HTML; `null` when there is none of that name. */
export function loadQuiz(name: string): Quiz | null {
  const text = files[`/quizzes/${name}.md`];
  if (text === undefined) return null;
  const [quiz] = parseFile(text, `quizzes/${name}.md`).quizzes;
  if (!quiz) return null;
  const sentences = readMisconceptions(Object.values(registry)[0] ?? '');
  const named = quiz.parts.flatMap((part) =>
    part.kind === 'question'
      ? [part.misconception, ...part.options.map(({ misconception }) => misconception)]
      : [],
  );
  const known = [...new Set(named)].flatMap((id) =>
    id && sentences[id] ? [[id, sentences[id]] as const] : [],
  );
  return { ...quiz, misconceptions: Object.fromEntries(known) };
}
