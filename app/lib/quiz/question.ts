import type { List } from 'mdast';
import { mergeCutAnswers } from './cut-answers.ts';
import { hashOf } from './hash.ts';
import { lineOf, plainText, renderInline } from './markdown.ts';
import { readOption } from './option.ts';
import { answersOf, isMarked, type Unit } from './outline.ts';
import { quotesAndText } from './quotes.ts';
import type { BrokenQuestion, Question, QuestionType } from './quiz.ts';
import type { Reading } from './reading.ts';

/** Reads one question. One that cannot be asked comes back as broken, with the reason. */
export function readQuestion(unit: Unit, reading: Reading): Question | BrokenQuestion {
  const nodes = mergeCutAnswers(unit.nodes, reading);
  const title = plainText(unit.heading.children);
  const broken = (line: number, message: string): BrokenQuestion => ({
    kind: 'broken',
    title,
    message,
    line: reading.fileLine(line),
  });
  const answers = answersOf(nodes);
  if (!answers) {
    const list = nodes.findLast((node) => node.type === 'list');
    if (list) return broken(lineOf(list), 'no option is marked as right: write "[x]" before it');
    return broken(lineOf(unit.heading), 'this question has no answers: write a list of options below it');
  }
  const at = nodes.indexOf(answers);
  for (const list of nodes.slice(0, at).filter((node) => node.type === 'list')) {
    reading.warn(
      lineOf(list),
      'this list belongs to the question, as the options come later: quizdown itself takes the first list for the options',
    );
  }
  const options = answers.children.map((item, id) => readOption(item, { id, answers, reading }));
  const type = unit.options.type ?? typeOf(answers);
  const right = options.filter((option) => option.right).length;
  if (right === 0) return broken(lineOf(answers), 'no option is marked as right: write "[x]" before it');
  if (type === 'single' && right > 1) {
    return broken(
      lineOf(answers),
      `${right} options are marked as right, but a numbered list takes one: use "-" for several`,
    );
  }
  const texts = quotesAndText(nodes, answers, reading);
  const hash = hashOf(
    JSON.stringify([type, title, texts.bodyHtml, options.map(({ html, right }) => [html, right])]),
  );
  return {
    kind: 'question',
    id: unit.options.id ?? `q-${hashOf(JSON.stringify([title, options.map(({ text }) => text)]))}`,
    hash,
    type,
    title,
    titleHtml: renderInline(reading.render, [{ type: 'paragraph', children: unit.heading.children }]),
    ...texts,
    options,
    shuffleAnswers: type === 'sequence' || (unit.options.shuffleAnswers ?? reading.shuffleAnswers),
    tags: unit.options.tags,
    misconception: unit.options.misconception,
    line: reading.fileLine(lineOf(unit.heading)),
  };
}

function typeOf(answers: List): QuestionType {
  if (!answers.ordered) return 'multiple';
  return isMarked(answers) ? 'single' : 'sequence';
}
