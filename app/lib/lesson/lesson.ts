import type { PredictionValue } from '#lessons/schema.ts';

/** A lesson as the page gets it: data and finished HTML, no Markdown. */
export interface Lesson extends LessonSummary {
  /** Sanitized HTML. */
  readonly intro: string;
  readonly steps: readonly Step[];
}

/** What an outline shows of a lesson. */
export interface LessonSummary {
  /** Folder below `lessons`: `01-first-pipeline`. Part of its address and of the keys of what is saved. */
  readonly id: string;
  readonly title: string;
  readonly goal: string;
  /** How long it takes, in minutes. */
  readonly minutes: number;
  /** Module of the course it belongs to. */
  readonly module: string;
  /** Id of its quiz; `null` when it has none. */
  readonly quiz: string | null;
  /** Ids of lessons to know first. */
  readonly prerequisites: readonly string[];
  /** Running examples that return in other lessons. */
  readonly threads: readonly string[];
  /** Sub-goals that text, code and picture name alike. */
  readonly labels: readonly string[];
  readonly outline: readonly StepSummary[];
}

export interface StepSummary {
  /** Folder below the lesson's: `1-run`. */
  readonly id: string;
  readonly title: string;
  readonly goal: string;
  readonly kind: StepKind;
}

/** An example is run and watched; an exercise also has checks, hints and a solution. */
export type StepKind = 'example' | 'exercise';

export interface Step extends StepSummary {
  /** Sanitized HTML. */
  readonly prose: string;
  /** How fast its first run goes. */
  readonly speed: 'full' | 'step' | { readonly deliveriesPerSecond: number };
  /** Asked before the first run. */
  readonly predictions: readonly Prediction[];
  /** `start.ts` first, then `solution.ts` (exercises), then `twin.exs`. */
  readonly files: readonly LessonFile[];
}

export interface LessonFile {
  readonly name: 'start.ts' | 'solution.ts' | 'twin.exs';
  readonly language: 'typescript' | 'elixir';
  readonly source: string;
}

/** A question about a run that has not happened yet. */
export type Question = {
  /** Unique in its step. */
  readonly id: string;
  readonly asks: string;
} & (
  | { readonly kind: 'choice'; readonly options: readonly PredictionOption[] }
  | { readonly kind: 'number'; readonly unit: string; readonly min: number; readonly max: number }
  /** The options come in an order that is not the answer. */
  | { readonly kind: 'order'; readonly options: readonly PredictionOption[] }
);

/** A question of a step. */
export type Prediction = Question & {
  /** Sanitized HTML: why it comes out as it does. Shown after the run. */
  readonly explanation: string;
};

export interface PredictionOption {
  readonly id: string;
  readonly text: string;
}

/** `skipped` is an answer too: the run is open and nothing is asked again. */
export type Guess = PredictionValue | { readonly kind: 'skipped' };

/** A place in a lesson's file that prose points at. `line` is 1-based. */
export interface CodePlace {
  readonly file: string;
  readonly line: number;
}
