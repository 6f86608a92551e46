import type { QuizProblem } from './quiz.ts';

/** Collects the problems of one file; lines are those of the file, not of the quiz inside it. */
export class Report {
  readonly problems: QuizProblem[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Something keeps a question, or the quiz, from being asked. */
  error(line: number, message: string): void {
    this.problems.push({ file: this.#file, line, severity: 'error', message });
  }

  /** The quiz can be asked, but not quite as its author may think. */
  warn(line: number, message: string): void {
    this.problems.push({ file: this.#file, line, severity: 'warning', message });
  }

  /** In the order of the file. */
  inOrder(): readonly QuizProblem[] {
    return this.problems.toSorted((a, b) => a.line - b.line);
  }
}
