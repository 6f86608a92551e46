import { render } from 'svelte/server';
import { describe, expect, it } from 'vitest';
import { QuizAttempt } from '$lib/quiz/attempt.svelte.ts';
import QuestionView from '$lib/quiz/Question.svelte';
import QuizResult from '$lib/quiz/QuizResult.svelte';
import type { Question } from '$lib/quiz/quiz.ts';
import { quizOf } from './build.ts';

const TEXT = `# Single

> a hint

1. [x] right one
   > comment of the right one
2. [ ] wrong one
   > comment of the wrong one
3. [ ] other one
   > comment of the other one

> **Explanation:** the reason

# Multiple

- [x] only right
- [ ] wrong

# Sequence

1. first
   > comment of the first
2. second
3. third
`;

function start() {
  const quiz = quizOf(TEXT);
  const attempt = new QuizAttempt(quiz, { saved: null, newSeed: () => 1, onsave: () => undefined });
  const [single, multiple, sequence] = attempt.asked;
  if (!single || !multiple || !sequence) throw new Error('Three questions are asked');
  const draw = (question: Question) => render(QuestionView, { props: { attempt, question } }).body;
  return { attempt, single, multiple, sequence, draw };
}

const count = (html: string, pattern: RegExp) => html.match(pattern)?.length ?? 0;

describe('Question', () => {
  it('asks with native inputs in a named group, and offers the hint', () => {
    const { single, draw } = start();
    const html = draw(single);
    expect(html).toMatch(/<fieldset[^>]*>\s*<legend[^>]*>Choose one<\/legend>/);
    expect(count(html, /<input[^>]*type="radio"/g)).toBe(3);
    expect(html).not.toMatch(/<input[^>]*(hidden|disabled)/);
    expect(html).toMatch(/<details[\s\S]*a hint/);
    expect(html).toMatch(/role="status" aria-live="polite"/);
  });

  it('tells neither comments nor explanation before an answer', () => {
    const { single, draw } = start();
    expect(draw(single)).not.toMatch(/comment of|the reason|Show the answer/);
  });

  it('says "one or more" for a bullet list, also when one option is right', () => {
    const { multiple, draw } = start();
    expect(draw(multiple)).toContain('Choose one or more');
    expect(count(draw(multiple), /<input[^>]*type="checkbox"/g)).toBe(2);
  });

  it('tells after a wrong answer why it is wrong, and offers another try or the answer', () => {
    const { attempt, single, draw } = start();
    attempt.give(single, [1]);
    const html = draw(single);
    expect(html).toContain('comment of the wrong one');
    expect(html).not.toMatch(/comment of the right one|the reason/);
    expect(html).toMatch(/Try again[\s\S]*Show the answer/);
  });

  it.each([
    ['a right answer', (attempt: QuizAttempt, question: Question) => attempt.give(question, [0])],
    [
      'the answer was shown',
      (attempt: QuizAttempt, question: Question) => {
        attempt.give(question, [1]);
        attempt.show(question);
      },
    ],
  ])('tells every comment and the explanation after %s', (_, act) => {
    const { attempt, single, draw } = start();
    act(attempt, single);
    expect(count(draw(single), /comment of the (right|wrong|other) one/g)).toBe(3);
    expect(draw(single)).toContain('the reason');
  });

  it('orders a sequence with buttons that say what they move, and finds its comments by option', () => {
    const { attempt, sequence, draw } = start();
    const first = attempt.orderOf(sequence)[0] ?? 0;
    const name = sequence.options[first]?.text;
    expect(draw(sequence)).toMatch(new RegExp(`<button[^>]*disabled[^>]*aria-label="Move up: ${name}"`));
    attempt.give(sequence, [0, 1, 2]);
    expect(draw(sequence)).toMatch(/first[\s\S]*comment of the first[\s\S]*second/);
  });
});

describe('QuizResult', () => {
  it('says the score in words and keeps every tried option to be read again', () => {
    const { attempt, single, multiple } = start();
    attempt.give(single, [1]);
    attempt.give(multiple, [0]);
    const html = render(QuizResult, { props: { attempt } }).body;
    expect(html).toContain('1 of 3 questions solved, 1 at the first try');
    expect(count(html, /comment of the (right|wrong|other) one/g)).toBe(3);
    expect(html).toMatch(/Not right, your choice/);
    expect(html).toContain('Retry the wrong ones');
    expect(html).not.toContain('comment of the first');
  });
});
