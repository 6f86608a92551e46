/** One line of programs that differ in few: in all of them (`null`), or in one of them only. */
export interface ProgramLine<Name extends string = string> {
  readonly text: string;
  readonly of: Name | null;
}

/** The program of one run of a lab. */
export interface LabProgram<Name extends string = string> {
  readonly name: Name;
  readonly text: string;
}

/**
 * Programs of equally many lines as one text: lines that are the same in all stand once, others once for each.
 *
 * @example
 * programLines([{ name: 'a', text: 'x\n1' }, { name: 'b', text: 'x\n2' }]) // x, 1 of a, 2 of b
 */
export function programLines<Name extends string>(
  programs: readonly LabProgram<Name>[],
): readonly ProgramLine<Name>[] {
  const texts = programs.map(({ name, text }) => ({ name, lines: text.trimEnd().split('\n') }));
  return (texts[0]?.lines ?? []).flatMap((line, i): readonly ProgramLine<Name>[] =>
    texts.every(({ lines }) => lines[i] === line)
      ? [{ text: line, of: null }]
      : texts.map(({ name, lines }) => ({ text: lines[i] ?? '', of: name })),
  );
}
