import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** What programs may import, and the source file that says so. Paths are relative to the project. */
const ENTRIES = { sluice: 'engine/index.ts', 'sluice/data': 'lessons/data/sluice-data.d.ts' } as const;

/** What the editor and the compiler must know of `sluice` and `sluice/data`. Taken from their sources. */
export interface LearnerTypes {
  /** Declaration files as below `node_modules`: path → text, doc-comments kept. */
  readonly declarations: Readonly<Record<string, string>>;
  /** Specifier → names that it exports at run time, sorted. */
  readonly exports: Readonly<Record<keyof typeof ENTRIES, string[]>>;
  /** Files it was made from: absolute paths, to be watched. */
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

/** Reads the sources of the project in `root`. Takes a second or two. */
export function learnerTypes(root: string): LearnerTypes {
  const at = (path: string) => join(root, path);
  const program = ts.createProgram(Object.values(ENTRIES).map(at), OPTIONS);
  const own = program.getSourceFiles().filter((file) => isOwn(root, file));
  const declarations: Record<string, string> = {
    'sluice/index.d.ts': `export * from './${withoutExtension(ENTRIES.sluice)}.js';\n`,
    'sluice/data.d.ts': `export * from './${withoutExtension(ENTRIES['sluice/data'])}.js';\n`,
  };
  const add = (path: string, text: string) => {
    declarations[`sluice/${slashed(relative(root, path))}`] = text.replace(RELATIVE_TS_IMPORT, '$1$2.js$3');
  };
  for (const file of own) {
    if (file.isDeclarationFile) add(file.fileName, readFileSync(file.fileName, 'utf8'));
    else program.emit(file, add, undefined, true);
  }
  return {
    declarations,
    exports: {
      sluice: valueExports(program, at(ENTRIES.sluice)),
      'sluice/data': valueExports(program, at(ENTRIES['sluice/data'])),
    },
    sources: own.map(({ fileName }) => fileName),
  };
}

/** `./ids.ts` within `from '…'` or `import('…')`: beside a declaration file lies no `.ts`. */
const RELATIVE_TS_IMPORT = /((?:from |import\()['"])(\.{1,2}\/[^'"]+?)(?:\.d)?\.ts(['"])/g;

function isOwn(root: string, file: ts.SourceFile): boolean {
  const path = slashed(relative(root, file.fileName));
  return !path.startsWith('../') && !path.includes('node_modules/');
}

function valueExports(program: ts.Program, path: string): string[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module)
    throw new Error(
      `Cannot list the exports of ${path} as it must be a module: it was not found or has none`,
    );
  const isValue = (symbol: ts.Symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(symbol);
  };
  return checker
    .getExportsOfModule(module)
    .filter(isValue)
    .map(({ name }) => name)
    .sort();
}

/** `export type { EngineError }` exports a class as a type only. */
function isTypeOnly(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (declaration) =>
      ts.isExportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.isTypeOnly),
  );
}

function withoutExtension(path: string): string {
  return path.replace(/(\.d)?\.ts$/, '');
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
