import type { LogLevel } from '../trace/trace-entry.ts';

/**
 * Takes one line of a program's console. `place` gives where it was printed, `line:column` in the generated code,
 * 1-based; it costs as much as all the rest, so it is only called, at once, for lines that are kept.
 */
export type Print = (level: LogLevel, values: readonly unknown[], place: () => string | undefined) => void;
