import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { SourcePlace } from 'sluice';
import { ENGINE_MARK } from './engine-mark.ts';

/** A place in a script, 1-based as browsers write it. */
export interface GeneratedPlace {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/**
 * One line of a stack: Chromium's `    at handleEvents (blob:null/8a…:12:34)` and `    at blob:null/8a…:1:2`,
 * Firefox's `handleEvents@blob:null/8a…:12:34`.
 */
const STACK_LINE = /(?:^|[\s(@])((?:blob|https?|file):[^\s()]+?):(\d+):(\d+)\)?$/;

/** The lines of a stack that name a script, innermost first. */
export function parseStack(stack: string): GeneratedPlace[] {
  return stack.split('\n').flatMap((line) => {
    const [, url, row, column] = STACK_LINE.exec(line.trimEnd()) ?? [];
    return url && row && column ? [{ url, line: Number(row), column: Number(column) }] : [];
  });
}

/** Leads from places in a compiled program back to the learner's files. */
export class SourcePlaces {
  readonly #map: TraceMap;

  /** @param map the program's source map, JSON */
  constructor(map: string) {
    this.#map = new TraceMap(map);
  }

  /** The innermost place of a stack that lies in a learner's file. */
  ofStack(stack: string | undefined): SourcePlace | null {
    for (const { url, line, column } of parseStack(stack ?? '')) {
      if (url.endsWith(ENGINE_MARK)) continue;
      const place = this.ofGenerated(line, column);
      if (place) return place;
    }
    return null;
  }

  /** A generated place, 1-based, as a trace's log entry gives it: `line:column`. */
  ofText(place: string | undefined): SourcePlace | null {
    const [, line, column] = /^(\d+):(\d+)$/.exec(place ?? '') ?? [];
    return line && column ? this.ofGenerated(Number(line), Number(column)) : null;
  }

  ofGenerated(line: number, column: number): SourcePlace | null {
    if (line < 1 || column < 1) return null;
    const original = originalPositionFor(this.#map, { line, column: column - 1 });
    if (original.source === null) return null;
    return { file: original.source, line: original.line, column: original.column + 1 };
  }
}
