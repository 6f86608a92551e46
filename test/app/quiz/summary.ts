import type { Quiz, QuizPart, QuizProblem } from '$lib/quiz/quiz.ts';

/** What a parse says, short enough to be read in a fixture: absent, empty and default values are left out. */
export function summaryOf(quizzes: readonly Quiz[], problems: readonly QuizProblem[]) {
  return {
    quizzes: quizzes.map((quiz) => quiz.parts.map(partSummary)),
    problems: problems.map(({ line, severity, message }) => `${line}: ${severity}: ${message}`),
  };
}

function partSummary(part: QuizPart): Record<string, unknown> {
  if (part.kind === 'section')
    return { section: part.titleHtml, line: part.line, ...(part.bodyHtml && { body: part.bodyHtml }) };
  if (part.kind === 'broken') return { broken: part.title, line: part.line };
  return {
    question: part.title,
    line: part.line,
    type: part.type,
    ...(part.bodyHtml && { body: part.bodyHtml }),
    ...(part.hintHtml && { hint: part.hintHtml }),
    options: part.options.map(
      ({ html, right, commentHtml, misconception }) =>
        `${right ? '[x]' : '[ ]'} ${html}${commentHtml ? ` > ${commentHtml}` : ''}${misconception ? ` (${misconception})` : ''}`,
    ),
    ...(part.explanationHtml && { explanation: part.explanationHtml }),
    ...(!part.shuffleAnswers && { keepsOrder: true }),
    ...(part.tags.length > 0 && { tags: part.tags }),
    ...(part.misconception && { misconception: part.misconception }),
  };
}
