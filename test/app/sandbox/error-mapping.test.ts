import { transform } from 'esbuild-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_MARK } from '$lib/sandbox/engine-mark.ts';
import { parseStack, SourcePlaces } from '$lib/sandbox/error-mapping.ts';

const SOURCE = `interface Step { events: number[] }

const numbers = {
  // A comment, which the compiler leaves out.
  handleDemand: (demand: number): Step => {
    if (demand > 3) throw new Error('too much');
    return { events: [] };
  },
};
export default numbers;
`;

const PROGRAM = 'blob:null/8a61c7e2-5a3c-4a0e-9b60-8f6a0d1b2c3d';

let places: SourcePlaces;
/** Where the generated code throws, 1-based. */
let thrown: { line: number; column: number };

beforeAll(async () => {
  const { code, map } = await transform(SOURCE, {
    loader: 'ts',
    sourcefile: 'start.ts',
    sourcemap: 'external',
  });
  places = new SourcePlaces(map);
  const lines = code.split('\n');
  const line = lines.findIndex((text) => text.includes('new Error('));
  thrown = { line: line + 1, column: (lines[line] ?? '').indexOf('new Error(') + 1 };
});

const stackOf = (format: 'Chromium' | 'Firefox', url: string, { line, column }: typeof thrown): string =>
  format === 'Chromium'
    ? [
        'Error: too much',
        `    at Object.handleDemand (${url}:${line}:${column})`,
        `    at n.run (blob:null/0b4c${ENGINE_MARK}:1:17)`,
        `    at blob:null/0b4c${ENGINE_MARK}:1:30`,
      ].join('\n')
    : [
        `handleDemand@${url}:${line}:${column}`,
        `run@blob:null/0b4c${ENGINE_MARK}:1:17`,
        `@blob:null/0b4c${ENGINE_MARK}:1:30`,
        '',
      ].join('\n');

describe('`parseStack()`', () => {
  it.each(['Chromium', 'Firefox'] as const)('reads every place of a stack of %s', (format) => {
    expect(parseStack(stackOf(format, PROGRAM, { line: 12, column: 34 }))).toEqual([
      { url: PROGRAM, line: 12, column: 34 },
      { url: `blob:null/0b4c${ENGINE_MARK}`, line: 1, column: 17 },
      { url: `blob:null/0b4c${ENGINE_MARK}`, line: 1, column: 30 },
    ]);
  });

  it('is not misled by a message that looks like a place', () => {
    expect(parseStack('Error: 3:4\n    at async Promise.all (index 0)\nnative code')).toEqual([]);
  });
});

describe('`SourcePlaces`', () => {
  it.each(['Chromium', 'Firefox'] as const)("finds the learner's line in a stack of %s", (format) => {
    expect(places.ofStack(stackOf(format, PROGRAM, thrown))).toEqual({
      file: 'start.ts',
      line: 6,
      column: 27,
    });
  });

  it("never takes a place of the engine's for one of the program", () => {
    const engineOnly = `Error: no step\n    at n.run (blob:null/0b4c${ENGINE_MARK}:${thrown.line}:${thrown.column})`;
    expect(places.ofStack(engineOnly)).toBeNull();
    expect(places.ofStack(undefined)).toBeNull();
  });

  it('reads the place of a log entry', () => {
    expect(places.ofText(`${thrown.line}:${thrown.column}`)).toEqual({
      file: 'start.ts',
      line: 6,
      column: 27,
    });
    expect(places.ofText('nowhere')).toBeNull();
    expect(places.ofText('0:0')).toBeNull();
  });
});
