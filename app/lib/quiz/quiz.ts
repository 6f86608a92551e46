/** How a question is answered: one option, any number of options, or all options put in order. */
export type QuestionType = 'single' | 'multiple' | 'sequence';

/** What a question asks for. At least half of a quiz is not `recall`. */
export const TAGS = ['recall', 'why', 'predict', 'apply'] as const;

/** One option, as written. Its id is its position in the file: `0` for the first. */
export interface Option {
  readonly id: number;
  /** Sanitized. */
  readonly html: string;
  /** Without markup, for messages and accessible names. */
  readonly text: string;
  /** Always `true` in a sequence, where the written order is the right one. */
  readonly right: boolean;
  /** Sanitized; `null` when the author wrote none. */
  readonly commentHtml: string | null;
  /** Id in `quizzes/misconceptions.yaml` of what somebody who picks this believes. */
  readonly misconception: string | null;
  readonly line: number;
}

/** One question that can be answered. All HTML is sanitized. */
export interface Question {
  readonly kind: 'question';
  /** As given by the author, else a hash of heading and options; unique within its quiz. */
  readonly id: string;
  /** Changes whenever what is asked changes; answers given to another hash are dropped. */
  readonly hash: string;
  readonly type: QuestionType;
  readonly title: string;
  readonly titleHtml: string;
  readonly bodyHtml: string;
  /** Offered before answering. */
  readonly hintHtml: string | null;
  readonly options: readonly Option[];
  /** Shown after answering. */
  readonly explanationHtml: string | null;
  readonly shuffleAnswers: boolean;
  readonly tags: readonly string[];
  /** What the whole question is about, for options that name none of their own. */
  readonly misconception: string | null;
  readonly line: number;
}

/** A heading without answers: it opens a group of questions. */
export interface Section {
  readonly kind: 'section';
  readonly titleHtml: string;
  readonly bodyHtml: string;
  readonly line: number;
}

/** A question that cannot be asked, said at its place so that the others can. */
export interface BrokenQuestion {
  readonly kind: 'broken';
  readonly title: string;
  readonly message: string;
  readonly line: number;
}

export type QuizPart = Question | Section | BrokenQuestion;

/** Options of the front matter, in our words. */
export interface QuizSettings {
  readonly title: string | null;
  readonly shuffleAnswers: boolean;
  readonly shuffleQuestions: boolean;
  /** Draw this many at random; `null` asks all. */
  readonly questionCount: number | null;
  readonly enableRetry: boolean;
  /** Percent of right answers to pass; `null` when the quiz does not grade. */
  readonly passingGrade: number | null;
  readonly passMessage: string;
  readonly failMessage: string;
}

/** A whole quiz as plain data: made while building, drawn by `Quiz.svelte`. */
export interface Quiz {
  readonly settings: QuizSettings;
  /** In the order of the file. */
  readonly parts: readonly QuizPart[];
  /** What each misconception named by an option says, by id. */
  readonly misconceptions: Readonly<Record<string, string>>;
}

/** One thing to mend in a quiz file. An error keeps a question from being asked; a warning does not. */
export interface QuizProblem {
  readonly file: string;
  /** Counted from 1 in the file that was read, also for a quiz inside a page. */
  readonly line: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** The questions of a quiz that can be answered, in the order of the file. */
export function questionsOf(quiz: Quiz): readonly Question[] {
  return quiz.parts.filter((part) => part.kind === 'question');
}
