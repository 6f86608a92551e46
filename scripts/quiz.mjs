import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { runnerImport } from 'vite';

const USAGE = `Usage: npm run quiz -- [--rules] [--strict-upstream] FILE...

Reads each file as quizdown: a quiz, or a page that holds some between {{< quizdown >}} or
<div class="quizdown"> fences. Prints every problem as file:line, and how many questions can be asked.
Ends with 1 when there is an error; warnings alone end with 0.

  --rules            also check the rules for good questions (comments, misconceptions, tags ...)
  --strict-upstream  read as quizdown itself does, quirks included, to compare`;

const ROOT = join(import.meta.dirname, '..');
const FLAGS = ['--rules', '--strict-upstream', '--help'];
const FAILURES = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a folder, not a file',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'this is not a text file',
};

const given = process.argv.slice(2);
const flags = given.filter((argument) => argument.startsWith('--'));
const files = given.filter((argument) => !argument.startsWith('--'));
const unknown = flags.find((flag) => !FLAGS.includes(flag));

if (unknown || flags.includes('--help') || files.length === 0) {
  if (unknown) console.error(`Unknown flag ${unknown}\n`);
  console.log(USAGE);
  process.exitCode = flags.includes('--help') && !unknown ? 0 : 2;
} else {
  process.exitCode = await check();
}

async function check() {
  const { parseFile } = await load('app/lib/quiz/parse.ts');
  const lint = flags.includes('--rules') ? await loadRules() : () => [];
  let questions = 0;
  const problems = [];
  for (const file of files) {
    const { text, failure } = await readText(file);
    if (failure) {
      problems.push({ file, line: 1, severity: 'error', message: failure });
      continue;
    }
    const parsed = parseFile(text, file, { strictUpstream: flags.includes('--strict-upstream') });
    const own = [...parsed.problems, ...parsed.quizzes.flatMap((quiz) => lint(quiz, file))];
    problems.push(...own.sort((a, b) => a.line - b.line));
    for (const quiz of parsed.quizzes)
      questions += quiz.parts.filter((part) => part.kind === 'question').length;
  }
  for (const { file, line, severity, message } of problems) {
    console.log(`${file}:${line}: ${severity === 'warning' ? 'warning: ' : ''}${message}`);
  }
  console.log(`${questions} questions, ${problems.length} problems`);
  return problems.some((problem) => problem.severity === 'error') ? 1 : 0;
}

async function loadRules() {
  const { lintQuiz } = await load('app/lib/quiz/lint.ts');
  const { readMisconceptions } = await load('app/lib/quiz/misconceptions.ts');
  const registry = readMisconceptions(await readFile(join(ROOT, 'quizzes/misconceptions.yaml'), 'utf8'));
  const misconceptions = new Set(Object.keys(registry));
  return (quiz, file) => lintQuiz(quiz, { file, misconceptions });
}

/** Loads one TypeScript module of the app, without building it. */
async function load(path) {
  const { module } = await runnerImport(join(ROOT, path), {
    configFile: false,
    root: ROOT,
    logLevel: 'error',
  });
  return module;
}

async function readText(file) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
    return text.includes('\0') ? { failure: 'this is not a text file' } : { text };
  } catch (error) {
    return { failure: FAILURES[error.code] ?? `this file cannot be read (${error.code ?? error.message})` };
  }
}
