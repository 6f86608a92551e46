import { EngineError } from '../errors.ts';
import { BlockEntries } from './block-entries.ts';
import { checkTraceVersion, parseEntry } from './codec.ts';
import { isBlock, parseBlock } from './entry-block.ts';
import { encodeEntries } from './entry-columns.ts';
import { Fields, problemOf } from './fields.ts';
import { TRACE_VERSION, type TraceEntry } from './trace-entry.ts';

/** Entries alone as text: a line with the version, then lines with blocks of them. */
export function encodeTrace(entries: readonly TraceEntry[]): string {
  return `${JSON.stringify({ trace: TRACE_VERSION })}\n${encodeEntries(entries)}`;
}

/**
 * Reads them back, also where every entry has a line of its own. Empty lines are skipped; fields it does not know are left
 * out.
 *
 * @throws {EngineError} `trace_damaged` with the number of the first line that is not as it must be, and what is wrong with
 *   it; `trace_version` if the trace is of a version that is not read.
 */
export function decodeTrace(text: string): TraceEntry[] {
  const [header = '', ...lines] = text.split('\n');
  checkTraceVersion(onLine(1, () => new Fields(JSON.parse(header), '').number('trace')));
  const blocks = new BlockEntries();
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    return onLine(i + 2, () => {
      const value: unknown = JSON.parse(line);
      return isBlock(value) ? blocks.of(parseBlock(value)) : [parseEntry(value)];
    });
  });
}

function onLine<T>(line: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new EngineError('trace_damaged', { line, problem: problemOf(error) });
  }
}
