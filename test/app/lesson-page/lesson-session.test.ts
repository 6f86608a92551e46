import { describe, expect, it } from 'vitest';
import {
  apply,
  openSession,
  progressOf,
  stepAfter,
  toStored,
  whyLocked,
  whyNotRun,
  type LessonAction,
  type LessonSession,
} from '$lib/lesson-page/lesson-session.ts';
import { lessonState, resumeAt } from '$lib/lesson-page/progress.ts';

const LESSON = {
  outline: [
    { id: 'look', title: 'Look', goal: '', kind: 'example' as const },
    { id: 'filter', title: 'Filter', goal: '', kind: 'exercise' as const },
  ],
  quiz: 'a-quiz',
};
const fresh = (current = 'look') => openSession(LESSON, { progress: null, guesses: {}, current });

function after(session: LessonSession, ...actions: LessonAction[]): LessonSession {
  return actions.reduce((so, action) => {
    const kind = LESSON.outline.find(({ id }) => id === so.current)?.kind ?? 'quiz';
    return apply(so, action, kind);
  }, session);
}

describe('openSession()', () => {
  it('begins at the first step when the one asked for does not exist', () => {
    expect(fresh('nowhere').current).toBe('look');
    expect(fresh('quiz').current).toBe('quiz');
  });

  it('drops what belongs to steps that the lesson no longer has', () => {
    const stored = toStored(after(fresh(), { type: 'ran' }), 1);
    const gone = { ...stored, steps: { ...stored.steps, old: progressOf(fresh(), 'look') } };
    const session = openSession(LESSON, { progress: gone, guesses: { old: {} }, current: 'look' });
    expect(Object.keys(session.progress)).toEqual(['look']);
    expect(session.guesses).toEqual({});
  });
});

describe('apply()', () => {
  it('an example is done once it has run; an exercise is not', () => {
    expect(progressOf(after(fresh(), { type: 'ran' }), 'look')).toMatchObject({ runs: 1, done: true });
    expect(progressOf(after(fresh('filter'), { type: 'ran' }), 'filter').done).toBe(false);
  });

  it('an exercise is done when its checks pass, and stays done when a later try fails', () => {
    const passed = after(
      fresh('filter'),
      { type: 'checked', passed: false },
      { type: 'checked', passed: true },
      { type: 'checked', passed: false },
    );
    expect(progressOf(passed, 'filter')).toMatchObject({ tries: 3, done: true });
  });

  it('a prediction is made once: what is said later does not change it', () => {
    const session = after(
      fresh(),
      { type: 'predicted', prediction: 'p', guess: { kind: 'number', number: 3 } },
      { type: 'predicted', prediction: 'p', guess: { kind: 'number', number: 9 } },
    );
    expect(session.guesses).toEqual({ look: { p: { kind: 'number', number: 3 } } });
  });

  it('hints open one after the other and never close', () => {
    const session = after(
      fresh('filter'),
      { type: 'hintOpened', count: 2 },
      { type: 'hintOpened', count: 1 },
    );
    expect(progressOf(session, 'filter').hints).toBe(2);
    expect(progressOf(after(session, { type: 'hintOpened', count: 4 }), 'filter').hints).toBe(2);
  });

  it('opening a step that is not there changes nothing', () => {
    const session = fresh();
    expect(after(session, { type: 'opened', step: 'nowhere' })).toBe(session);
    expect(after(session, { type: 'opened', step: 'filter' }).current).toBe('filter');
  });

  it('an answered quiz is done from whichever step it is reported', () => {
    expect(progressOf(after(fresh(), { type: 'quizAnswered' }), 'quiz').done).toBe(true);
  });
});

describe('whyNotRun()', () => {
  const predictions = [{ id: 'a' }, { id: 'b' }].map(({ id }) => ({
    id,
    asks: '',
    explanation: '',
    kind: 'number' as const,
    unit: 'events',
    min: 0,
    max: 10,
  }));

  it('names how many predictions are missing, and nothing once all are made or skipped', () => {
    expect(whyNotRun({ predictions }, undefined)).toContain('2 questions');
    expect(whyNotRun({ predictions }, { a: { kind: 'skipped' } })).toContain('Predict first');
    expect(
      whyNotRun({ predictions }, { a: { kind: 'skipped' }, b: { kind: 'number', number: 1 } }),
    ).toBeNull();
    expect(whyNotRun({ predictions: [] }, undefined)).toBeNull();
  });
});

describe('whyLocked()', () => {
  it('opens the solution after one try', () => {
    const before = fresh('filter');
    expect(whyLocked(progressOf(before, 'filter'))).toBeDefined();
    const tried = after(before, { type: 'checked', passed: false });
    expect(whyLocked(progressOf(tried, 'filter'))).toBeUndefined();
  });
});

describe('lessonState(), resumeAt(), stepAfter()', () => {
  it('go from new over started to done', () => {
    expect(lessonState(LESSON, undefined).name).toBe('new');
    const ran = after(fresh(), { type: 'ran' });
    expect(lessonState(LESSON, toStored(ran, 0))).toEqual({ name: 'started', says: '1 of 3 done' });
    const all = after(
      ran,
      { type: 'opened', step: 'filter' },
      { type: 'checked', passed: true },
      { type: 'quizAnswered' },
    );
    expect(lessonState(LESSON, toStored(all, 0)).name).toBe('done');
  });

  it('resume where somebody left, else at the first step that is not done', () => {
    const ran = toStored(after(fresh(), { type: 'ran' }), 0);
    expect(resumeAt(LESSON, ran)).toBe('look');
    expect(resumeAt(LESSON, { ...ran, current: 'gone' })).toBe('filter');
    expect(resumeAt(LESSON, undefined)).toBe('look');
  });

  it('the quiz comes last and nothing after it', () => {
    expect(stepAfter(fresh('filter'))).toBe('quiz');
    expect(stepAfter(fresh('quiz'))).toBeNull();
  });
});
