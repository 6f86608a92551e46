import { describe, expect, it } from 'vitest';
import { lintQuiz } from '$lib/quiz/lint.ts';
import { quizOf } from './build.ts';

const GOOD = `# Who asks?

---
tags: [why]
---

1. [x] The consumer
   > Yes.
2. [ ] The producer <!-- misconception: push -->
   > This would be right for a push.
3. [ ] The runtime <!-- misconception: loop -->
   > This would need a loop.

> **Explanation:** Demand goes up.
`;

function lint(text: string): readonly string[] {
  return lintQuiz(quizOf(text), { file: 'quiz.md', misconceptions: new Set(['push', 'loop']) }).map(
    ({ line, severity, message }) => `${line}: ${severity}: ${message}`,
  );
}

describe('lintQuiz()', () => {
  it('finds nothing in a good question', () => {
    expect(lint(GOOD)).toEqual([]);
  });

  it.each<[string, (good: string) => string, RegExp]>([
    [
      'a wrong option without a comment',
      (text) => text.replace('   > This would be right for a push.\n', ''),
      /^9: .*say why/,
    ],
    [
      'a wrong option without a misconception',
      (text) => text.replace(' <!-- misconception: push -->', ''),
      /^9: .*believes/,
    ],
    [
      'a misconception that is not registered',
      (text) => text.replace(': push', ': pull'),
      /^9: .*"pull" is not in the registry/,
    ],
    [
      'neither explanation nor comments',
      (text) => text.replace('   > Yes.\n', '').replace('> **Explanation:** Demand goes up.\n', ''),
      /^1: .*explain the answer/,
    ],
    [
      'more than five options',
      (text) => text.replace('\n> **E', '4. [ ] a\n5. [ ] b\n6. [ ] c\n\n> **E'),
      /6 options are too many/,
    ],
    [
      '"all of the above"',
      (text) => text.replace('The runtime', 'All of the above'),
      /^11: .*stand for itself/,
    ],
    [
      'a right option that is much longer',
      (text) => text.replace('The consumer', 'The consumer, as it knows how much it can take'),
      /gives it away/,
    ],
    [
      'a text that counts on an order',
      (text) => text.replace('Demand goes up', 'The first option says it'),
      /"first option"/,
    ],
    [
      'a bullet list with one right option',
      (text) => text.replace(/\d\. (\[)/g, '-  $1'),
      /number the options/,
    ],
    [
      'options that always stand in the same order',
      (text) => text.replace('tags: [why]', 'tags: [why]\nshuffleAnswers: false'),
      /let them be shuffled/,
    ],
    ['no tags', (text) => text.replace('tags: [why]', 'id: who'), /say what the question asks for/],
    [
      'too many questions that ask to recall',
      (text) => text.replace('[why]', '[recall]'),
      /1 of 1 questions ask to recall/,
    ],
  ])('warns of %s', (_, spoil, expected) => {
    const found = lint(spoil(GOOD));
    expect(found).toEqual([expect.stringMatching(expected), ...found.slice(1)]);
    expect(found.every((line) => line.includes(' warning: '))).toBe(true);
  });
});
