import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** What programs may import, and the source that declares it. Paths are relative to the project. */
const ENTRIES = {
  sluice: 'engine/platform/learner-api.ts',
  'sluice/data': 'lessons/data/sluice-data.d.ts',
} as const;

export interface LearnerTypes {
  /** Declaration files as below `node_modules`: path → text, doc-comments kept. */
  readonly declarations: Readonly<Record<string, string>>;
  /** Files they were made from: absolute paths, to be watched. */
  readonly sources: readonly string[];
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noCheck: true,
  allowImportingTsExtensions: true,
  declaration: true,
  emitDeclarationOnly: true,
};

/** Declarations of `sluice` and `sluice/data`, from the sources of the project in `root`. Takes a second or two. */
export function learnerTypes(root: string): LearnerTypes {
  const program = ts.createProgram(
    Object.values(ENTRIES).map((path) => join(root, path)),
    OPTIONS,
  );
  const own = program.getSourceFiles().filter((file) => isOwn(root, file));
  const declarations: Record<string, string> = {
    'sluice/index.d.ts': `export * from './${withoutExtension(ENTRIES.sluice)}.js';\n`,
    'sluice/data.d.ts': `export * from './${withoutExtension(ENTRIES['sluice/data'])}.js';\n`,
  };
  const add = (path: string, text: string) => {
    const resolvable = text.replace(RELATIVE_TS_IMPORT, '$1$2.js$3');
    declarations[`sluice/${slashed(relative(root, path))}`] = withFencedExamples(resolvable);
  };
  for (const file of own) {
    if (file.isDeclarationFile) add(file.fileName, readFileSync(file.fileName, 'utf8'));
    else program.emit(file, add, undefined, true);
  }
  return { declarations, sources: own.map(({ fileName }) => fileName) };
}

/** `./ids.ts` within `from '…'` or `import('…')`: beside a declaration file lies no `.ts`. */
const RELATIVE_TS_IMPORT = /((?:from |import\()['"])(\.{1,2}\/[^'"]+?)(?:\.d)?\.ts(['"])/g;

/**
 * Monaco shows doc-comments as Markdown, where code that is not fenced runs into one line. TypeScript takes the column
 * after a tag as the margin of its text, and cuts what lies left of it: hence the padding.
 */
function withFencedExamples(text: string): string {
  const padding = ' '.repeat('@example '.length);
  return text.replace(EXAMPLE, (_, margin: string, code: string) => {
    const lines = [
      '```ts',
      ...code
        .trimEnd()
        .split('\n')
        .map((line) => line.trimStart().slice('* '.length)),
      '```',
    ];
    return [`${margin}@example In code:`, ...lines.map((line) => `${margin}${padding}${line}`), ''].join(
      '\n',
    );
  });
}

/** The margin of an `@example`, and its lines up to the next tag or the comment's end. Fenced ones are left alone. */
const EXAMPLE = /^([ \t]*\* )@example\n((?:[ \t]*\*(?!\/| @|.*```).*\n)+)/gm;

function isOwn(root: string, file: ts.SourceFile): boolean {
  const path = slashed(relative(root, file.fileName));
  return !path.startsWith('../') && !path.includes('node_modules/');
}

function withoutExtension(path: string): string {
  return path.replace(/(\.d)?\.ts$/, '');
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
