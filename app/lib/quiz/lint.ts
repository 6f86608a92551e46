import { questionsOf, type Question, type Quiz, type QuizProblem } from './quiz.ts';
import { Report } from './report.ts';

interface LintOptions {
  readonly file: string;
  /** Ids of the registry that options may name. */
  readonly misconceptions: ReadonlySet<string>;
}

const FILLER = /\b(?:all|none|both|any|neither) of (?:the above|these|them)\b/i;
const POSITION =
  /\b(?:first|second|third|fourth|last|previous|next) (?:option|answer|choice)\b|\b(?:option|answer|choice) (?:[A-E]|\d)\b/i;
/** How much longer than the mean of the wrong options a right one may be, before its length gives it away. */
const LENGTH_RATIO = 1.3;

/** The rules of good questions that a program can check. All are warnings: the quiz works without them. */
export function lintQuiz(quiz: Quiz, { file, misconceptions }: LintOptions): readonly QuizProblem[] {
  const report = new Report(file);
  const questions = questionsOf(quiz);
  for (const question of questions) {
    checkFeedback(question, misconceptions, report);
    checkOptions(question, report);
    checkPosition(question, report);
    if (question.tags.length === 0) {
      report.warn(question.line, 'say what the question asks for: "tags: [why]", predict, apply or recall');
    }
  }
  const recall = questions.filter(({ tags }) => tags.includes('recall')).length;
  if (recall * 2 > questions.length) {
    report.warn(
      questions[0]?.line ?? 1,
      `${recall} of ${questions.length} questions ask to recall: at most half may`,
    );
  }
  return report.inOrder();
}

/** Feedback says why, and each wrong option stands for a mistake that people make. */
function checkFeedback(question: Question, misconceptions: ReadonlySet<string>, report: Report): void {
  if (
    question.explanationHtml === null &&
    (question.type === 'sequence' || question.options.some((option) => !option.commentHtml))
  ) {
    report.warn(question.line, 'explain the answer: "> **Explanation:** …" after the options');
  }
  const named = [...question.options.map(({ misconception, line }) => ({ misconception, line })), question];
  for (const { misconception, line } of named) {
    if (misconception && !misconceptions.has(misconception)) {
      report.warn(line, `misconception "${misconception}" is not in the registry`);
    }
  }
  for (const option of question.options.filter((option) => !option.right)) {
    if (!option.commentHtml)
      report.warn(option.line, 'say why this is wrong: an indented "> …" below the option');
    if (!option.misconception && !question.misconception) {
      report.warn(option.line, 'name what somebody who picks this believes: <!-- misconception: … -->');
    }
  }
}

function checkOptions(question: Question, report: Report): void {
  const { type, options, line } = question;
  if (options.length < 2) report.warn(line, 'one option is no choice');
  if (type === 'sequence') return;
  if (options.length > 5)
    report.warn(line, `${options.length} options are too many: three plausible ones are best`);
  for (const option of options.filter(({ text }) => FILLER.test(text))) {
    report.warn(option.line, 'an option must stand for itself: no "all of the above" and its kind');
  }
  const right = options.filter((option) => option.right);
  const wrong = options.filter((option) => !option.right);
  if (type === 'multiple' && right.length === 1) {
    report.warn(line, 'one option is right: number the options ("1.") to ask for one');
  }
  if (wrong.length > 0 && meanLength(right) > LENGTH_RATIO * meanLength(wrong)) {
    report.warn(line, 'the right option is much longer than the others, which gives it away');
  }
}

/** Options are shuffled when shown, so that no text may count on their order. */
function checkPosition(question: Question, report: Report): void {
  if (!question.shuffleAnswers)
    report.warn(question.line, 'the options always stand in the same order: let them be shuffled');
  const texts = [
    { html: question.bodyHtml, line: question.line },
    { html: question.hintHtml, line: question.line },
    { html: question.explanationHtml, line: question.line },
    ...question.options.flatMap(({ html, commentHtml, line }) => [
      { html, line },
      { html: commentHtml, line },
    ]),
  ];
  for (const { html, line } of texts) {
    const found = POSITION.exec((html ?? '').replace(/<[^>]*>/g, ' '));
    if (found) report.warn(line, `"${found[0]}" counts on an order, but options are shuffled`);
  }
}

function meanLength(options: readonly { readonly text: string }[]): number {
  return options.reduce((sum, { text }) => sum + text.length, 0) / Math.max(options.length, 1);
}
