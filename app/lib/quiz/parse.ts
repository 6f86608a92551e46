import { blankOut, questionBlock, quizBlock, type YamlBlock } from './front-matter.ts';
import { lastLineOf, lineOf, parseMarkdown, plainText, rendererOf, renderInline } from './markdown.ts';
import { DEFAULT_SETTINGS, questionOptions, quizSettings, type QuestionOptions } from './options.ts';
import { outline, unitsOf, type OutlineEntry } from './outline.ts';
import { readQuestion } from './question.ts';
import type { Question, Quiz, QuizPart, QuizProblem } from './quiz.ts';
import type { Reading } from './reading.ts';
import { findRegions, type Region } from './regions.ts';
import { Report } from './report.ts';
import { readUpstream } from './strict-upstream.ts';

/** What a file holds: its quizzes, in order, and all that is wrong with them. */
export interface ParsedFile {
  readonly quizzes: readonly Quiz[];
  readonly problems: readonly QuizProblem[];
}

interface ParseOptions {
  /** Read as quizdown itself does, quirks included: to compare. */
  readonly strictUpstream?: boolean;
}

/**
 * Reads every quiz of a file: a quiz in quizdown syntax, or a page that holds some between fences.
 * Never throws: what cannot be read is a problem, and a broken part at its place in the quiz.
 *
 * @param file - Name of the file, for problems only.
 */
export function parseFile(
  text: string,
  file: string,
  { strictUpstream = false }: ParseOptions = {},
): ParsedFile {
  const report = new Report(file);
  const quizzes = findRegions(text, report).map((region) => readSafely(region, report, strictUpstream));
  return { quizzes, problems: report.inOrder() };
}

function readSafely(region: Region, report: Report, strictUpstream: boolean): Quiz {
  try {
    return strictUpstream ? readUpstream(region, report) : readQuiz(region, report);
  } catch (error) {
    // Nesting thousands of levels deep exhausts the stack of any Markdown reader.
    report.error(
      region.firstLine,
      `this cannot be read as Markdown: ${error instanceof Error ? error.message : String(error)}`,
    );
    return { settings: DEFAULT_SETTINGS, parts: [], misconceptions: {} };
  }
}

function readQuiz(region: Region, report: Report): Quiz {
  const fileLine = (line: number) => region.firstLine + line - 1;
  const warn = (line: number, message: string) => {
    report.warn(fileLine(line), message);
  };
  const complain = (block: YamlBlock) => (message: string) => {
    if (block.failure === null) warn(block.from + 1, message);
    else report.error(fileLine(block.from + 1), message);
  };

  let lines: readonly string[] = region.text.split('\n');
  const block = quizBlock(lines);
  const settings = block ? quizSettings(block, complain(block)) : DEFAULT_SETTINGS;
  if (block) lines = blankOut(lines, block);
  const { text, options } = takeQuestionOptions(lines, complain);

  const document = parseMarkdown(text);
  const reading: Reading = {
    render: rendererOf(document),
    shuffleAnswers: settings.shuffleAnswers,
    fileLine,
    warn,
  };
  const entries = outline(unitsOf(document.children, options));
  const parts = withUniqueIds(
    entries.map((entry) => readPart(entry, reading)),
    report,
  );
  for (const part of parts) if (part.kind === 'broken') report.error(part.line, part.message);
  if (!parts.some((part) => part.kind !== 'section')) {
    report.error(region.firstLine, 'there is no question here: a question starts with a heading');
  }
  return { settings, parts, misconceptions: {} };
}

/** Takes the `---` blocks below headings out of the text, which Markdown would misread; by line of the heading. */
function takeQuestionOptions(
  given: readonly string[],
  complain: (block: YamlBlock) => (message: string) => void,
): { text: string; options: ReadonlyMap<number, QuestionOptions> } {
  const options = new Map<number, QuestionOptions>();
  let lines = given;
  for (const node of parseMarkdown(lines.join('\n')).children) {
    if (node.type !== 'heading' || lines[lineOf(node) - 1] === '') continue;
    const block = questionBlock(lines, lastLineOf(node));
    if (!block) continue;
    options.set(lineOf(node), questionOptions(block, complain(block)));
    lines = blankOut(lines, block);
  }
  return { text: lines.join('\n'), options };
}

function readPart(entry: OutlineEntry, reading: Reading): QuizPart {
  if (entry.kind !== 'section') return readQuestion(entry, reading);
  if (!entry.hasQuestions) {
    reading.warn(
      lineOf(entry.heading),
      `nothing can be answered under "${plainText(entry.heading.children)}": it is shown as a section title`,
    );
  }
  return {
    kind: 'section',
    titleHtml: renderInline(reading.render, [{ type: 'paragraph', children: entry.heading.children }]),
    bodyHtml: reading.render(entry.nodes.filter((node) => node.type !== 'thematicBreak')),
    line: reading.fileLine(lineOf(entry.heading)),
  };
}

/** Answers are kept by id, so two questions must not share one. */
function withUniqueIds(parts: readonly QuizPart[], report: Report): readonly QuizPart[] {
  const seen = new Map<string, number>();
  return parts.map((part) => {
    if (part.kind !== 'question') return part;
    const times = (seen.get(part.id) ?? 0) + 1;
    seen.set(part.id, times);
    if (times === 1) return part;
    report.error(part.line, `id "${part.id}" is taken by an earlier question`);
    return { ...part, id: `${part.id}-${times}` } satisfies Question;
  });
}
