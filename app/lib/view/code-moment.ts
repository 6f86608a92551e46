/** The lines of a program that caused a moment of its run. */
export interface CodeMoment {
  readonly file: string;
  /** From 1; the first one is where it begins, the others belong to it, as further operators of a flow do. */
  readonly lines: readonly [number, ...number[]];
  /** "line 12 of start.ts, handleDemand of numbers". */
  readonly words: string;
  /** The code is not what ran any more: its lines are not lit. */
  readonly stale: boolean;
}

/** "start.ts:12": where a line is, without the folders of its file. */
export function lineText(file: string, line: number): string {
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}
