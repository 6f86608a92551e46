import type { List, RootContent } from 'mdast';
import { parse } from 'yaml';
import { blankOut, quizBlock } from './front-matter.ts';
import { hashOf } from './hash.ts';
import {
  lastLineOf,
  lineOf,
  parseMarkdown,
  plainText,
  rendererOf,
  renderInline,
  type Render,
} from './markdown.ts';
import { DEFAULT_SETTINGS, NO_OPTIONS, quizSettings } from './options.ts';
import { unitsOf, type Unit } from './outline.ts';
import type { Option, Question, QuestionType, Quiz } from './quiz.ts';
import { afterLine, type Region } from './regions.ts';
import type { Report } from './report.ts';

/** Why upstream would replace the whole quiz by an error text. */
class Refusal extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/**
 * Reads a quiz as quizdown 0.6 does, its surprises included, so that a file can be compared: every heading is a
 * question, its first list the options, every quote a hint, and one mistake refuses the whole quiz.
 */
export function readUpstream(region: Region, report: Report): Quiz {
  const fileLine = (line: number) => region.firstLine + line - 1;
  try {
    let lines: readonly string[] = region.text.split('\n');
    const block = quizBlock(lines);
    const settings = block ? quizSettings(block, () => undefined) : DEFAULT_SETTINGS;
    if (block) lines = blankOut(lines, block);
    lines = withoutYamlBlocks(lines);
    const document = parseMarkdown(lines.join('\n'));
    const units = unitsOf(document.children, new Map());
    if (units.length === 0) throw new Refusal(1, 'there is no question here');
    const render = rendererOf(document);
    const parts = units.map((unit) =>
      upstreamQuestion(unit, { render, fileLine, shuffle: settings.shuffleAnswers }),
    );
    return { settings, parts, misconceptions: {} };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    report.error(fileLine(error.line), `quizdown shows no quiz at all: ${error.message}`);
    return { settings: DEFAULT_SETTINGS, parts: [], misconceptions: {} };
  }
}

/**
 * Whether quizdown takes a sequence for solved: positions are sorted as *text*, so that 10 stands before 2 and a
 * sequence of more than ten options never can be.
 */
export function upstreamSolvesSequence(question: Question, chosen: readonly number[]): boolean {
  const expected = question.options.map(({ id }) => id).sort((a, b) => (String(a) < String(b) ? -1 : 1));
  return expected.length === chosen.length && expected.every((id, at) => id === chosen[at]);
}

/** Empties each `---` block; one that is no YAML refuses the quiz. A `---` without a second runs to the end. */
function withoutYamlBlocks(given: readonly string[]): readonly string[] {
  let lines = [...given];
  let code: string | null = null;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    code = afterLine(code, line);
    const isUnderline = /^ {0,3}\w/.test(lines[at - 1] ?? '');
    if (code || isUnderline || !/^ {0,3}-{3,}[ \t]*$/.test(line)) continue;
    const length = lines.slice(at + 1).findIndex((next) => /^ {0,3}-{3,}[ \t]*$/.test(next));
    const to = length === -1 ? lines.length - 1 : at + 1 + length;
    const yaml = lines.slice(at + 1, length === -1 ? undefined : to).join('\n');
    try {
      if (yaml.trim() === '') throw new Error('the block is empty');
      parse(yaml, { logLevel: 'error' });
    } catch (error) {
      throw new Refusal(
        at + 1,
        `"---" opens a block of options (${error instanceof Error ? error.message.split('\n')[0] : 'not YAML'})`,
      );
    }
    lines = lines.map((text, i) => (i >= at && i <= to ? '' : text));
    at = to;
  }
  return lines;
}

function upstreamQuestion(
  unit: Unit,
  { render, fileLine, shuffle }: { render: Render; fileLine: (line: number) => number; shuffle: boolean },
): Question {
  const list = unit.nodes.find((node) => node.type === 'list');
  if (!list) throw new Refusal(lineOf(unit.heading), `"${plainText(unit.heading.children)}" has no list`);
  const type = upstreamType(list);
  const swallowed = unit.nodes[unit.nodes.indexOf(list) + 1];
  const isSwallowed = swallowed?.type === 'blockquote' && lineOf(swallowed) === lastLineOf(list) + 1;
  const options = list.children.map((item, id): Option => {
    const isLast = id === list.children.length - 1;
    const quotes: RootContent[] = item.children.filter((node) => node.type === 'blockquote');
    if (isLast && isSwallowed) quotes.push(swallowed);
    const texts = item.children.filter((node) => node.type !== 'blockquote');
    return {
      id,
      html: renderInline(render, texts),
      text: plainText(texts),
      right: item.checked === true || type === 'sequence',
      commentHtml: render(contentsOf(quotes)) || null,
      misconception: null,
      line: fileLine(lineOf(item)),
    };
  });
  if (type === 'single' && options.filter(({ right }) => right).length > 1) {
    throw new Refusal(lineOf(list), 'Single choice question can only have one answer');
  }
  const title = plainText(unit.heading.children);
  const hash = hashOf(JSON.stringify([title, options.map(({ html }) => html)]));
  return {
    kind: 'question',
    id: `q-${hash}`,
    hash,
    type,
    title,
    titleHtml: renderInline(render, [{ type: 'paragraph', children: unit.heading.children }]),
    bodyHtml: render(unit.nodes.filter((node) => node.type === 'paragraph' || node.type === 'code')),
    hintHtml: render(contentsOf(unit.nodes.filter((node) => !(isSwallowed && node === swallowed)))) || null,
    options,
    explanationHtml: null,
    shuffleAnswers: type === 'sequence' || shuffle,
    tags: NO_OPTIONS.tags,
    misconception: null,
    line: fileLine(lineOf(unit.heading)),
  };
}

function upstreamType(list: List): QuestionType {
  if (!list.ordered) return 'multiple';
  return typeof list.children[0]?.checked === 'boolean' ? 'single' : 'sequence';
}

/** What stands in the quotes among the nodes. */
function contentsOf(nodes: readonly RootContent[]): readonly RootContent[] {
  return nodes.flatMap((node) => (node.type === 'blockquote' ? node.children : []));
}
