import type { Render } from './markdown.ts';

/** What reading a question needs to know, and whom to tell. Lines are those of the quiz's own text. */
export interface Reading {
  readonly render: Render;
  /** The quiz's own setting, where the question has none. */
  readonly shuffleAnswers: boolean;
  /** Line in the file of a line of the text. */
  readonly fileLine: (line: number) => number;
  readonly warn: (line: number, message: string) => void;
}
