/** What remembers where it was made; written down as text only when it is looked at, as that takes long. */
export interface Written {
  readonly stack?: string;
}

const FRAME = /(?:@|\(|at )([^()\s]*?):(\d+):(\d+)\)?$/;

/**
 * The innermost place of a stack that lies in a script: `line:column`, 1-based; `undefined` where none does, or where the
 * program has made something else of its stacks than text.
 */
export function placeIn(stack: unknown, isMeant: (script: string) => boolean): string | undefined {
  if (typeof stack !== 'string') return undefined;
  for (const line of stack.split('\n')) {
    const [, script, row, column] = FRAME.exec(line.trim()) ?? [];
    if (script !== undefined && isMeant(script)) return `${row}:${column}`;
  }
  return undefined;
}
