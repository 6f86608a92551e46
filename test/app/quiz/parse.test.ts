import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFile } from '$lib/quiz/parse.ts';
import { questionsOf } from '$lib/quiz/quiz.ts';
import { summaryOf } from './summary.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const names = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.slice(0, -'.md'.length));

function read(name: string, strictUpstream = false) {
  return parseFile(readFileSync(join(FIXTURES, `${name}.md`), 'utf8'), `${name}.md`, { strictUpstream });
}

describe('parseFile()', () => {
  it.each(names)('reads %s as its expectation says, ours and as upstream does', (name) => {
    const expected: unknown = JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8'));
    const [ours, upstream] = [read(name), read(name, true)];
    expect({
      ours: summaryOf(ours.quizzes, ours.problems),
      upstream: summaryOf(upstream.quizzes, upstream.problems),
    }).toEqual(expected);
  });

  it('names the file in each problem', () => {
    expect(read('broken-questions').problems.map(({ file }) => file)).toEqual([
      'broken-questions.md',
      'broken-questions.md',
      'broken-questions.md',
    ]);
  });

  it('keeps ids that are given, and makes stable ones otherwise', () => {
    const ids = read('13-ids')
      .quizzes.flatMap(questionsOf)
      .map(({ id }) => id);
    expect(ids).toEqual(['asks', expect.stringMatching(/^q-[0-9a-z]+$/), 'asks-2']);
    expect(
      read('13-ids')
        .quizzes.flatMap(questionsOf)
        .map(({ id }) => id),
    ).toEqual(ids);
  });

  it('changes the hash of a question with its options, and with no comment', () => {
    const hashOf = (text: string) => parseFile(text, 'a.md').quizzes.flatMap(questionsOf)[0]?.hash;
    const question = '# Q\n\n1. [x] a\n   > why\n2. [ ] b\n';
    expect(hashOf(question.replace('why', 'because'))).toBe(hashOf(question));
    expect(hashOf(question.replace('[ ] b', '[ ] c'))).not.toBe(hashOf(question));
    expect(hashOf(question.replace('# Q', '# R'))).not.toBe(hashOf(question));
  });

  it('reads front matter into settings, old names too, and leaves out what does not fit', () => {
    expect(read('tilde-front-matter').quizzes[0]?.settings).toMatchObject({
      shuffleQuestions: true,
      questionCount: 2,
      passingGrade: null,
    });
  });

  it.each([
    ['<script>alert(1)</script>', 'script'],
    ['<img src="x" onerror="alert(1)">', 'onerror'],
    ['[link](javascript:alert(1))', 'javascript:'],
    ['<iframe srcdoc="x"></iframe>', 'iframe'],
    ['<a href="data:text/html,x" style="position:fixed">a</a>', 'data:'],
  ])('sanitizes %s wherever it stands', (hostile, sign) => {
    const text = `# Q ${hostile}\n\n${hostile}\n\n> ${hostile}\n\n1. [x] a ${hostile}\n   > ${hostile}\n2. [ ] b\n\n> ${hostile}\n`;
    const html = JSON.stringify(parseFile(text, 'a.md').quizzes);
    const withoutText = html.replace(/"(title|text)":"[^"]*"/g, '');
    expect(withoutText).not.toContain(sign);
  });

  it('keeps math as the text that was written', () => {
    const [question] = parseFile('# Q\n\nIs $a < b$?\n\n1. [x] yes\n2. [ ] no\n', 'a.md').quizzes.flatMap(
      questionsOf,
    );
    expect(question?.bodyHtml).toBe('<p>Is $a &#x3C; b$?</p>');
  });

  it('says where a quiz without questions is', () => {
    expect(parseFile('', 'a.md').problems).toEqual([
      {
        file: 'a.md',
        line: 1,
        severity: 'error',
        message: 'there is no question here: a question starts with a heading',
      },
    ]);
  });

  it('says that a fence is never closed, and reads on', () => {
    const { quizzes, problems } = parseFile('text\n\n{{< quizdown >}}\n\n# Q\n\n- [x] a\n- [ ] b\n', 'a.md');
    expect(quizzes.flatMap(questionsOf)).toHaveLength(1);
    expect(problems.map(({ line, severity }) => ({ line, severity }))).toEqual([
      { line: 3, severity: 'error' },
    ]);
  });

  const markdownish = fc
    .array(
      fc.constantFrom(
        '# Q',
        '## Sub',
        '---',
        '~~~',
        '```',
        '- [x] a',
        '- [ ] b',
        '- [X]',
        '1. [x] c',
        '1. d',
        '2. [ ] e',
        '> quote',
        '> **Hint:** h',
        '> **Explanation:**',
        '   > comment',
        'id: x',
        'tags: [',
        'text',
        '',
        '    code',
        '<!-- misconception: m -->',
        '<div class="quizdown">',
        '</div>',
        '{{< quizdown >}}',
        '{{< /quizdown >}}',
        '[a]: b',
        '| a |',
        '| - |',
        '===',
      ),
      { maxLength: 40 },
    )
    .map((lines) => lines.join('\n'));

  it.each([false, true])(
    'never throws, and keeps every line inside the file (as upstream: %s)',
    (strictUpstream) => {
      fc.assert(
        fc.property(fc.oneof(markdownish, fc.string({ unit: 'binary' })), (text) => {
          const { quizzes, problems } = parseFile(text, 'a.md', { strictUpstream });
          const lines = text.split(/\r\n|\n|\r/).length;
          for (const { line } of [...problems, ...quizzes.flatMap(({ parts }) => parts)]) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines + 1);
          }
          for (const question of strictUpstream ? [] : quizzes.flatMap(questionsOf)) {
            expect(question.options.some(({ right }) => right)).toBe(true);
          }
        }),
        { numRuns: 150 },
      );
    },
  );

  it('says so when nesting is too deep to be read', () => {
    const { problems } = parseFile(`# Q\n\n${'>'.repeat(4_000)} a`, 'a.md');
    expect(problems.length).toBeGreaterThan(0);
  });
});
