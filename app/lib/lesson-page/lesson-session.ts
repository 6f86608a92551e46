import type { Guess, LessonSummary, Step } from '$lib/lesson/lesson.ts';
import type { StepProgress } from '$lib/storage/schemas.ts';
import { NO_STEP_PROGRESS, QUIZ_STEP, stepIds, type LessonProgress } from './progress.ts';

/** Guesses of one step, by id of the prediction. */
export type Guesses = Readonly<Record<string, Guess>>;

/** What a person has done in one lesson. Plain data; {@link apply} makes the next one. */
export interface LessonSession {
  /** All steps in order, the quiz included. */
  readonly steps: readonly string[];
  readonly current: string;
  readonly progress: Readonly<Record<string, StepProgress>>;
  /** By step. */
  readonly guesses: Readonly<Record<string, Guesses>>;
}

export type LessonAction =
  | { readonly type: 'opened'; readonly step: string }
  /** A run was started in the current step. */
  | { readonly type: 'ran' }
  /** Check has been pressed and has come to a result. */
  | { readonly type: 'checked'; readonly passed: boolean }
  | { readonly type: 'hintOpened'; readonly count: number }
  | { readonly type: 'solutionOpened' }
  | { readonly type: 'predicted'; readonly prediction: string; readonly guess: Guess }
  /** Every question of the lesson's quiz has been answered. */
  | { readonly type: 'quizAnswered' };

/** A session as it is on entering: what was stored, without what belongs to steps that are gone. */
export function openSession(
  lesson: Pick<LessonSummary, 'outline' | 'quiz'>,
  stored: {
    readonly progress: LessonProgress | null;
    readonly guesses: Readonly<Record<string, Guesses>>;
    readonly current: string;
  },
): LessonSession {
  const steps = stepIds(lesson);
  const known = (id: string) => steps.includes(id);
  return {
    steps,
    current: known(stored.current) ? stored.current : (steps[0] ?? QUIZ_STEP),
    progress: Object.fromEntries(Object.entries(stored.progress?.steps ?? {}).filter(([id]) => known(id))),
    guesses: Object.fromEntries(Object.entries(stored.guesses).filter(([id]) => known(id))),
  };
}

/** The session after an action. Never mutates; gives the same session back where nothing changes. */
export function apply(
  session: LessonSession,
  action: LessonAction,
  kind: 'example' | 'exercise' | 'quiz',
): LessonSession {
  const own = progressOf(session, session.current);
  switch (action.type) {
    case 'opened':
      return session.steps.includes(action.step) && action.step !== session.current
        ? { ...session, current: action.step }
        : session;
    case 'ran':
      // An example is there to be run and watched; an exercise is done when its checks pass.
      return withProgress(session, { ...own, runs: own.runs + 1, done: own.done || kind === 'example' });
    case 'checked':
      return withProgress(session, { ...own, tries: own.tries + 1, done: own.done || action.passed });
    case 'hintOpened':
      return action.count > own.hints && action.count <= 3
        ? withProgress(session, { ...own, hints: action.count })
        : session;
    case 'solutionOpened':
      return own.solutionSeen ? session : withProgress(session, { ...own, solutionSeen: true });
    case 'predicted': {
      const guesses = session.guesses[session.current] ?? {};
      if (guesses[action.prediction]) return session;
      const next = { ...guesses, [action.prediction]: action.guess };
      return { ...session, guesses: { ...session.guesses, [session.current]: next } };
    }
    case 'quizAnswered': {
      const quiz = progressOf(session, QUIZ_STEP);
      return quiz.done ? session : withProgress(session, { ...quiz, done: true }, QUIZ_STEP);
    }
    default:
      return unreachable(action);
  }
}

/** Progress of one step; nothing yet where nothing was done. */
export function progressOf(session: LessonSession, step: string): StepProgress {
  return session.progress[step] ?? NO_STEP_PROGRESS;
}

/** The step after the current one; `null` at the end. */
export function stepAfter(session: LessonSession): string | null {
  return session.steps[session.steps.indexOf(session.current) + 1] ?? null;
}

/** Why Run has to wait, in words; `null` when it may be pressed. */
export function whyNotRun(step: Pick<Step, 'predictions'>, guesses: Guesses | undefined): string | null {
  const open = step.predictions.filter(({ id }) => !guesses?.[id]).length;
  if (open === 0) return null;
  return open === 1
    ? 'Predict first what will happen, or skip the question.'
    : `Predict first what will happen: ${open} questions, which you may skip.`;
}

/** Why the solution stays closed, in words; `undefined` when it may be opened. */
export function whyLocked({ tries, done }: StepProgress): string | undefined {
  return tries > 0 || done ? undefined : 'Opens once you have checked a try of your own';
}

/** What is stored of a session. */
export function toStored({ progress, current }: LessonSession, savedAtMs: number): LessonProgress {
  return { steps: { ...progress }, current, savedAtMs };
}

function withProgress(session: LessonSession, next: StepProgress, step = session.current): LessonSession {
  return { ...session, progress: { ...session.progress, [step]: next } };
}

function unreachable(action: never): never {
  throw new Error(`Cannot apply an action as its type is unknown: received ${JSON.stringify(action)}`);
}
