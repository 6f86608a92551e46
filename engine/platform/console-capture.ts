import type { Print } from '../runtime/print.ts';
import { LOG_LEVELS } from '../trace/trace-entry.ts';

/**
 * The console a program gets: every line goes to `print`; what is no line says nothing.
 *
 * @returns Forgets what it has counted.
 */
export function captureConsole(print: Print): () => void {
  const counts = new Map<string, number>();
  const captured: Record<string, unknown> = {};
  for (const level of LOG_LEVELS)
    captured[level] = (...values: unknown[]) => print(level, values, callerPlace);
  captured['trace'] = (...values: unknown[]) => print('log', values, callerPlace);
  captured['table'] = (value: unknown) => print('log', [value], callerPlace);
  captured['dir'] = (value: unknown) => print('log', [value], callerPlace);
  captured['assert'] = (holds: unknown, ...values: unknown[]) => {
    if (!holds) print('error', ['Assertion failed', ...values], callerPlace);
  };
  captured['count'] = (label = 'default') => {
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    print('log', [`${label}: ${count}`], callerPlace);
  };
  for (const silent of [
    'clear',
    'group',
    'groupCollapsed',
    'groupEnd',
    'time',
    'timeEnd',
    'timeLog',
    'countReset',
  ]) {
    captured[silent] = () => undefined;
  }
  Object.defineProperty(globalThis, 'console', { value: captured, writable: true, configurable: true });
  return () => counts.clear();
}

const FRAME = /(?:@|\(|at )([^()\s]*?):(\d+):(\d+)\)?$/;

/** Where the program called the console: the first frame of a stack that lies in another script than this one. */
function callerPlace(): string | undefined {
  let own: string | null = null;
  for (const line of (new Error().stack ?? '').split('\n')) {
    const [, script, row, column] = FRAME.exec(line.trim()) ?? [];
    if (script === undefined) continue;
    own ??= script;
    if (script !== own) return `${row}:${column}`;
  }
  return undefined;
}
