import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { build } from 'esbuild-wasm';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../../app/lib/sandbox/compile-program.ts';
import { filesInMemory } from '../../../app/lib/sandbox/program-files.ts';

const OFFERED = {
  sluice: ['pipeline', 'producer', 'consumer', 'sleep'],
  'sluice/data': ['flights', 'weather'],
};

function compile(source: string | Record<string, string>) {
  const files = typeof source === 'string' ? { 'start.ts': source } : source;
  return compileProgram(build, { files: filesInMemory(files), entry: 'start.ts' }, OFFERED);
}

async function compiled(source: string | Record<string, string>) {
  const result = await compile(source);
  if (!result.ok) throw new Error(`Did not compile: ${JSON.stringify(result.problems)}`);
  return result;
}

/** The first problem, as `line:column message (hint)`. */
async function problem(source: string | Record<string, string>) {
  const result = await compile(source);
  if (result.ok) throw new Error(`Compiled: ${result.code}`);
  const [first] = result.problems;
  expect(first).toMatchObject({ severity: 'error', phase: 'compile' });
  return {
    at: `${first?.place?.file}:${first?.place?.line}:${first?.place?.column}`,
    message: first?.message,
    hint: first?.hint,
  };
}

describe('compileProgram()', () => {
  it('turns imports of sluice into reads of the global, for the imported names only', async () => {
    const { code } = await compiled(`import { producer } from 'sluice';\nexport default producer({});`);
    const given = { [Symbol.for('sluice')]: { producer: (definition: unknown) => ['made', definition] } };
    const body = code.replace(/export\s*\{\s*(\w+) as default\s*\};?/, 'return $1;');
    expect(new Function('globalThis', body)(given)).toEqual(['made', {}]);
    expect(code).not.toContain('consumer');
    expect(code).not.toMatch(/\bimport\b/);
  });

  it('bundles the files of a program, found with and without extension', async () => {
    const { code, warnings } = await compiled({
      'start.ts': `import { a } from './a';\nimport { b } from './parts/b.ts';\nexport default a + b;`,
      'a.ts': 'export const a: number = 40;',
      'parts/b.ts': `export { two as b } from '../two.js';`,
      'two.ts': 'export const two = 2;',
      'broken.ts': 'nobody imports = this',
    });
    expect(code).toContain('40');
    expect(warnings).toEqual([]);
  });

  it('names the data sets that are used', async () => {
    const { dataSets } = await compiled(
      `import { weather, flights } from 'sluice/data';\nexport default [weather, flights];`,
    );
    expect(dataSets).toEqual(['flights', 'weather']);
    expect(
      (await compiled(`import * as data from 'sluice/data';\nexport default data.weather;`)).dataSets,
    ).toEqual(['weather']);
    expect((await compiled(`import { flights } from 'sluice/data';\nexport default 1;`)).dataSets).toEqual(
      [],
    );
    expect((await compiled('export default 1;')).dataSets).toEqual([]);
  });

  it('maps the code back to the lines of the learner, by file name', async () => {
    const { code, map } = await compiled({
      'start.ts': `import { fail } from './fail.ts';\n\nexport default fail;`,
      'fail.ts': `interface Gone { readonly of: string }\n\nexport function fail(gone: Gone) {\n  throw new Error(gone.of);\n}`,
    });
    const lines = code.split('\n');
    const line = lines.findIndex((text) => text.includes('throw'));
    const column = lines[line]?.indexOf('throw') ?? -1;
    expect(originalPositionFor(new TraceMap(map), { line: line + 1, column })).toMatchObject({
      source: 'fail.ts',
      line: 4,
      column: 2,
    });
  });

  it('drops types, also those imported without saying so', async () => {
    const { code } = await compiled(
      `import { type Step, Subscription } from 'sluice';\nconst from: Subscription | null = null;\nexport default from as Step | null;`,
    );
    expect(code).not.toContain('Subscription');
  });

  it('reports a syntax error at the line and the column of the learner, also after wide characters', async () => {
    expect(await problem(`const a = 1;\nconst x: number = = 2;`)).toMatchObject({
      at: 'start.ts:2:19',
      message: 'Unexpected "="',
    });
    expect((await problem(`const größe = '🦦'; const x = = 2;`)).at).toBe('start.ts:1:31');
  });

  it('reports a mistake in another file there', async () => {
    expect((await problem({ 'start.ts': `import './b.ts';`, 'b.ts': '\n}' })).at).toBe('b.ts:2:1');
  });

  it.each([
    [
      `import { producr } from 'sluice';\nexport default producr;`,
      '1:10',
      'sluice has no export "producr"; did you mean "producer"?',
    ],
    [
      `import * as s from 'sluice';\nexport default s.producr;`,
      '2:18',
      'sluice has no export "producr"; did you mean "producer"?',
    ],
    [
      `import { fligths } from 'sluice/data';\nexport default fligths;`,
      '1:10',
      'sluice/data has no export "fligths"; did you mean "flights"?',
    ],
    [`import s from 'sluice';\nexport default s;`, '1:8', 'sluice has no default export'],
    [`import { zebra } from 'sluice';\nexport default zebra;`, '1:10', 'sluice has no export "zebra"'],
  ])('refuses a name that is not offered: %s', async (source, at, message) => {
    expect(await problem(source)).toMatchObject({ at: `start.ts:${at}`, message });
  });

  it('says what is offered when no name is near', async () => {
    const { hint } = await problem(`import { zebra } from 'sluice';\nexport default zebra;`);
    expect(hint).toBe('It exports pipeline, producer, consumer, sleep.');
  });

  it('refuses a name that another file of the program does not export', async () => {
    const found = await problem({
      'start.ts': `import { odds } from './b.ts';\nexport default odds;`,
      'b.ts': 'export const odd = 1;',
    });
    expect(found).toMatchObject({
      at: 'start.ts:1:10',
      message: 'b.ts has no export "odds"',
    });
  });

  it.each([
    [
      `import _ from 'lodash';\nexport default _;`,
      '1:15',
      'Cannot import "lodash": packages from npm are not available here',
    ],
    [
      `import 'https://example.org/x.js';`,
      '1:8',
      'Cannot import "https://example.org/x.js": programs load nothing from an address',
    ],
    [
      `await import('//example.org/x.js');`,
      '1:14',
      'Cannot import "//example.org/x.js": programs load nothing from an address',
    ],
    [
      `await import('data:text/javascript,1');`,
      '1:14',
      'Cannot import "data:text/javascript,1": programs load nothing from an address',
    ],
    [
      `const u = '/x.js';\nawait import(u);`,
      '2:7',
      'Cannot import what is known only while the program runs',
    ],
    [
      `import fs from 'node:fs';\nexport default fs;`,
      '1:16',
      `Cannot import "node:fs": programs run in the browser, where Node's modules do not exist`,
    ],
    [
      `const fs = require('fs');\nfs.x();`,
      '1:20',
      `Cannot import "fs": programs run in the browser, where Node's modules do not exist`,
    ],
    [`import { a } from 'sluise';\na();`, '1:19', 'Cannot import "sluise": there is no such module'],
    [
      `import { a } from 'sluice/dispatcher';\na();`,
      '1:19',
      'Cannot import "sluice/dispatcher": there is no such module',
    ],
    [`import { a } from './other';\na();`, '1:19', 'Cannot import "./other": this program has no such file'],
    [`export * from 'rxjs';`, '1:15', 'Cannot import "rxjs": packages from npm are not available here'],
  ])('refuses an import that leads out: %s', async (source, at, message) => {
    const found = await problem(source);
    expect(found).toMatchObject({ at: `start.ts:${at}`, message });
    expect(found.hint).toBeTruthy();
  });

  it('suggests the file that was meant', async () => {
    const { hint } = await problem({
      'start.ts': `import { a } from './evns';\na();`,
      'evens.ts': 'export const a = 1;',
    });
    expect(hint).toBe('Did you mean "./evens.ts"?');
  });

  it('refuses an entry that is not among the files', async () => {
    expect(
      await compileProgram(build, { files: filesInMemory({}), entry: 'start.ts' }, OFFERED),
    ).toMatchObject({
      ok: false,
      problems: [{ message: 'Cannot compile "start.ts": this program has no such file' }],
    });
  });
});
