import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** Inside the engine a folder imports only from itself and from those to its left; types count. */
const ENGINE_LAYERS = [
  ['errors', 'ids'],
  ['trace', 'time'],
  ['dispatcher'],
  ['stage'],
  ['source', 'sink'],
  ['window'],
  ['flow'],
  ['transport'],
  ['task'],
  ['supervision'],
  ['runtime'],
  ['platform'],
  ['index'],
];

interface Import {
  readonly from: string;
  readonly to: string;
}

describe('imports', () => {
  it('stay inside their top-level folder, or name a package', () => {
    const climbing = sourceFiles('engine', 'app', 'lessons', 'quizzes').flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => ({ from: file, to: relative(ROOT, resolve(ROOT, dirname(file), specifier)) }))
        .filter(({ from, to }) => topOf(from) !== topOf(to)),
    );
    expect(climbing).toEqual([]);
  });

  it('of the engine name nothing but the engine', () => {
    const foreign = sourceFiles('engine').flatMap((file) =>
      specifiersOf(file)
        .filter(
          (specifier) =>
            !specifier.startsWith('.') &&
            !(file.startsWith('engine/platform/') && specifier.startsWith('node:')),
        )
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });

  it('inside the engine go to the left only', () => {
    const backwards = engineImports().filter(({ from, to }) => layerOf(from) < layerOf(to));
    expect(backwards).toEqual([]);
  });

  it('of the engine make no cycle', () => {
    expect(findCycle(engineImports())).toBeNull();
  });

  it('of lessons and quizzes name `sluice`, its data and their own folder only', () => {
    const foreign = sourceFiles('lessons', 'quizzes')
      .filter((file) => !file.startsWith('lessons/data/'))
      .flatMap((file) =>
        specifiersOf(file)
          .filter(
            (specifier) =>
              !specifier.startsWith('.') && specifier !== 'sluice' && specifier !== 'sluice/data',
          )
          .map((specifier) => `${file}: ${specifier}`),
      );
    expect(foreign).toEqual([]);
  });

  it('of views name the engine and computing d3 modules only: no DOM, no Svelte', () => {
    const foreign = sourceFiles('app/lib/view').flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => !/^(\.|sluice$|d3-|@dagrejs\/dagre$|\$lib\/(view|sandbox)\/)/.test(specifier))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(foreign).toEqual([]);
  });

  it('never name a test', () => {
    const wrong = sourceFiles('engine', 'app', 'lessons', 'quizzes', 'scripts').flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => /(^|\/)test\//.test(specifier))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the repository', () => {
  it('names no folder outside itself and no registry', () => {
    const files = [
      ...sourceFiles('engine', 'app', 'lessons', 'quizzes', 'scripts', 'test'),
      ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'package.json', 'package-lock.json', '.npmrc'],
    ].filter((file) => file !== 'test/architecture/imports.test.ts');
    const wrong = files.filter((file) =>
      /\.\.\/shared|registry\.npmjs|deb\.debian\.org|(^|[\s'"(`=])\/(work|home|root)\/[a-z]/m.test(
        read(file),
      ),
    );
    expect(wrong).toEqual([]);
  });
});

function sourceFiles(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|js|mjs|svelte)$/.test(name))
      .map((name) => join(folder, name)),
  );
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** What a file imports or exports from, `import()` and types included; comments and strings of other kinds are not. */
function specifiersOf(file: string): string[] {
  const text = read(file).replace(/\/\*[\s\S]*?\*\//g, '');
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...found].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? []);
}

function topOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function engineImports(): Import[] {
  return sourceFiles('engine').flatMap((file) =>
    specifiersOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => ({ from: file, to: relative(ROOT, resolve(ROOT, dirname(file), specifier)) })),
  );
}

/** Position of a file's folder among the layers. */
function layerOf(file: string): number {
  const part = (file.split('/')[1] ?? '').replace(/\.ts$/, '');
  const layer = ENGINE_LAYERS.findIndex((names) => names.includes(part));
  if (layer < 0)
    throw new Error(`${file} is in no known layer of the engine: add its folder to ENGINE_LAYERS`);
  return layer;
}

/** A cycle as a path of files, or null. */
function findCycle(imports: readonly Import[]): string[] | null {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of targets.get(file) ?? []) {
      const cycle = walk(next, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return null;
  };
  for (const file of targets.keys()) {
    const cycle = walk(file, []);
    if (cycle) return cycle;
  }
  return null;
}
