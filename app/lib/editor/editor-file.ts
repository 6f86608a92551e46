/** One tab of the editor. */
export interface EditorFile {
  /** Shown on the tab, and what relative imports and problems name it by: `start.ts`. */
  readonly name: string;
  readonly language: 'typescript' | 'elixir';
  readonly value: string;
  readonly readOnly?: boolean;
  /** Why the tab cannot be opened yet, in a sentence. Left out, it can. */
  readonly locked?: string;
}
