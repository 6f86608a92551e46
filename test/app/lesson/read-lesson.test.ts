import { problemLine, readLesson } from '$lib/lesson/read-lesson.server.ts';
import { describe, expect, it } from 'vitest';

const lesson = `---
title: Small
goal: Learn it
minutes: 5
module: '0'
labels: [Do this, Do that]
---

Begin.
`;
const front = `---
title: Run
goal: See it
kind: example
---
`;

describe('readLesson()', () => {
  it('reads a lesson with its steps in order', () => {
    const read = readLesson(
      '01-a',
      files({ '2-b/step.md': front, '10-c/step.md': front, '1-a/step.md': front }),
    );
    expect(read.lesson?.outline.map(({ id }) => id)).toEqual(['1-a', '2-b', '10-c']);
    expect(read.lesson?.intro).toBe('<p>Begin.</p>');
  });

  it('hands files out without region markers', () => {
    const start = '// #region a\nlet x;\n// #endregion\n';
    const read = readLesson('01-a', files({ '1-a/start.ts': start }));
    expect(read.lesson?.steps[0]?.files[0]).toEqual({
      name: 'start.ts',
      language: 'typescript',
      source: 'let x;\n',
    });
  });

  it('quotes a region as a figure with a way into the editor', () => {
    const start = 'first();\n// #region a\nlet x;\n// #endregion\n';
    const body = `${front}\n::code{file="start.ts" region="a"}\n\nSee [there](code:start.ts#a).\n`;
    const prose = readLesson('01-a', files({ '1-a/step.md': body, '1-a/start.ts': start })).lesson?.steps[0]
      ?.prose;
    expect(prose).toContain('<figure class="code">');
    expect(prose).toContain('<span class="tok-keyword">let</span> x;');
    expect(prose).toContain('data-code-file="start.ts" data-code-line="2">there</button>');
  });

  it('keeps explanations out of the prose', () => {
    const body = `---
title: Run
goal: See it
kind: example
predictions:
  - id: which
    kind: number
    asks: How many?
    unit: events
    min: 0
    max: 9
---

Look.

:::explain{prediction="which"}
Because.
:::
`;
    const step = readLesson('01-a', files({ '1-a/step.md': body })).lesson?.steps[0];
    expect(step?.prose).toBe('<p>Look.</p>');
    expect(step?.predictions[0]?.explanation).toBe('<p>Because.</p>');
  });

  it.each([
    ['minutes: 5', 'minutes: 50', 'lesson.md:4 minutes:'],
    ['title: Small', 'titel: Small', 'lesson.md:2'],
    ['labels: [Do this, Do that]', 'labels: [Do this', 'lesson.md:'],
    ['Begin.', 'It takes 3 events.', 'lesson.md:9 states a number that no run gives'],
    ['Begin.', '<b>Begin</b>', 'lesson.md:9 raw HTML is not allowed'],
    ['Begin.', '::video{src="a"}', 'lesson.md:9 unknown directive: video'],
    ['Begin.', '[a](code:start.ts#a)', 'lesson.md:9 points at code that is not there: start.ts#a'],
  ])('tells the place of a mistake: %s → %s', (right, wrong, told) => {
    const { problems } = readLesson('01-a', files({ 'lesson.md': lesson.replace(right, wrong) }));
    expect(problems.map(problemLine).join('\n')).toContain(`lessons/01-a/${told}`);
  });

  it('tells which files a step lacks', () => {
    const body = front.replace('example', 'exercise');
    const { problems } = readLesson('01-a', files({ '1-a/step.md': body }));
    expect(problems.map(problemLine)).toContain('lessons/01-a/1-a/step.md:1 has no solution.ts beside it');
  });

  it('tells a prediction that is not explained', () => {
    const body = front.replace(
      'kind: example',
      'kind: example\npredictions:\n  - { id: a, kind: number, asks: How many?, unit: events, min: 0, max: 9 }',
    );
    const { problems } = readLesson('01-a', files({ '1-a/step.md': body }));
    expect(problems.map(problemLine)).toEqual([
      'lessons/01-a/1-a/step.md:1 does not explain the prediction a',
    ]);
  });

  it('lets no script through', () => {
    const body = `${front}\n[a](javascript:alert)\n`;
    const read = readLesson('01-a', files({ '1-a/step.md': body }));
    expect(read.lesson?.steps[0]?.prose).toBe('<p><a>a</a></p>');
  });
});

/** A lesson of one step that has all it needs; what is given replaces or adds files. */
function files(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const all = { 'lesson.md': lesson, '1-a/step.md': front, ...given };
  const steps = Object.keys(all).flatMap((path) => path.match(/^[^/]+(?=\/step\.md$)/) ?? []);
  const programs = steps.flatMap((step) => [
    [`01-a/${step}/start.ts`, ''],
    [`01-a/${step}/twin.exs`, ''],
  ]);
  const own = Object.entries(all).map(([path, text]) => [`01-a/${path}`, text]);
  return Object.fromEntries([...programs, ...own]);
}
