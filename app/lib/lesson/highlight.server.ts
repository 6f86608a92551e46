/** A run of code of one kind. */
export interface Token {
  readonly kind: 'comment' | 'string' | 'number' | 'keyword' | 'plain';
  readonly text: string;
}

const TOKEN =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|(?<number>\b\d[\d_.]*\b)|(?<keyword>\b(?:import|from|export|default|const|let|function|return|for|of|if|else|async|await|new)\b)/g;

/** Splits TypeScript for colouring: enough for the short excerpts that a lesson quotes. */
export function tokens(code: string): readonly Token[] {
  const found: Token[] = [];
  let end = 0;
  for (const match of code.matchAll(TOKEN)) {
    if (match.index > end) found.push({ kind: 'plain', text: code.slice(end, match.index) });
    const groups = match.groups ?? {};
    found.push({ kind: kindOf(groups), text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < code.length) found.push({ kind: 'plain', text: code.slice(end) });
  return found;
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): Token['kind'] {
  if (groups.comment !== undefined) return 'comment';
  if (groups.string !== undefined) return 'string';
  if (groups.number !== undefined) return 'number';
  return 'keyword';
}
