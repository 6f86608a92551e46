import type { BuildOptions, OnResolveArgs, OnResolveResult, Plugin } from 'esbuild-wasm';
import type { OfferedExports } from './compiled.ts';
import { nearestName } from './nearest-name.ts';
import type { ProgramFiles } from './program-files.ts';

/** esbuild's namespace of the learner's files; their names in problems and source maps lose it again. */
export const PROGRAM = 'program';
/** Namespace of the modules that stand for `sluice` and `sluice/data`. */
const OFFERED = 'offered';
/** Namespace of one module per data set, so that the build itself says which of them are used. */
export const DATA_SET = 'data-set';

/** What a refused import says. `hint` travels through esbuild as the message's detail. */
export interface ImportDetail {
  readonly hint: string;
}

/**
 * Options that bundle a learner's files into one ES module. Works the same with esbuild-wasm in a worker and in
 * Node: nothing here touches the DOM or the disk.
 */
export function buildOptions(files: ProgramFiles, entry: string, offered: OfferedExports) {
  return {
    entryPoints: [entry],
    plugins: [programPlugin(files, offered)],
    bundle: true,
    write: false,
    metafile: true,
    outfile: 'program.js',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    charset: 'utf8',
    sourcemap: 'external',
    logLevel: 'silent',
    logOverride: {
      // A name read from `import * as sluice` that is not there is the same mistake as importing it.
      'import-is-undefined': 'error',
      // What cannot be known before the run would be fetched during it.
      'unsupported-dynamic-import': 'error',
      'unsupported-require-call': 'error',
    },
    tsconfigRaw: { compilerOptions: { strict: true, useDefineForClassFields: true } },
  } as const satisfies BuildOptions;
}

/** Resolves a program's own files, `sluice` and `sluice/data`, and refuses every other import. */
function programPlugin(files: ProgramFiles, offered: OfferedExports): Plugin {
  return {
    name: 'program',
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => resolve(args, files));

      build.onLoad({ filter: /.*/, namespace: PROGRAM }, ({ path }) => ({
        contents: files.text(path),
        loader: path.endsWith('.json') ? 'json' : 'ts',
      }));

      build.onLoad({ filter: /^sluice$/, namespace: OFFERED }, () => ({
        contents: offeredModule('sluice', offered.sluice),
        loader: 'js',
      }));

      build.onLoad({ filter: /^sluice\/data$/, namespace: OFFERED }, () => ({
        contents: offered['sluice/data']
          .map((name) => `export { ${name} } from '${DATA_SET}:${name}';`)
          .join('\n'),
        loader: 'js',
      }));

      build.onLoad({ filter: /.*/, namespace: DATA_SET }, ({ path }) => ({
        contents: offeredModule('sluice/data', [path]),
        loader: 'js',
      }));
    },
  };
}

/** Exports each name as a read of the global of that specifier; what is not imported leaves no trace. */
function offeredModule(specifier: keyof OfferedExports, names: readonly string[]): string {
  const read = `const read = (name) => globalThis[Symbol.for('${specifier}')][name];`;
  const reads = names.map((name) => `export const ${name} = /* @__PURE__ */ read('${name}');`);
  return [read, ...reads].join('\n');
}

function resolve(args: OnResolveArgs, files: ProgramFiles): OnResolveResult {
  const { path, kind, importer } = args;
  // In a folder that has a file of that name esbuild points out that it is meant.
  if (kind === 'entry-point') return { path: path.replace(/^\.\//, ''), namespace: PROGRAM };
  if (args.namespace === OFFERED && path.startsWith(`${DATA_SET}:`)) {
    return { path: path.slice(DATA_SET.length + 1), namespace: DATA_SET, sideEffects: false };
  }
  if (path === 'sluice' || path === 'sluice/data') return { path, namespace: OFFERED, sideEffects: false };
  if (/^\.{0,2}\/(?!\/)/.test(path)) return resolveFile(path, importer, files);
  return refuse(...refusal(path));
}

/** A file of the same program: with its extension, or without as TypeScript allows. */
function resolveFile(path: string, importer: string, files: ProgramFiles): OnResolveResult {
  const name = joined(importer, path);
  const found = [name, `${name}.ts`, name.replace(/\.js$/, '.ts')].find((each) => files.has(each));
  if (found !== undefined) return { path: found, namespace: PROGRAM };
  const others = files.near(name, importer);
  const near = nearestName(name, others) ?? nearestName(`${name}.ts`, others);
  return refuse(
    `Cannot import "${path}": this program has no such file`,
    near === null
      ? others.length === 0
        ? 'This program has one file only; write the code in it.'
        : `Its other files are ${listed(others)}.`
      : `Did you mean "${fromImporter(importer, near)}"?`,
  );
}

const NAMES_LISTED = 12;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_LISTED).join(', ');
  return names.length > NAMES_LISTED ? `${shown} …` : shown;
}

/** How the file `importer` writes the file `name`, both named from the program's top. */
function fromImporter(importer: string, name: string): string {
  const from = importer.split('/').slice(0, -1);
  const to = name.split('/');
  while (from.length > 0 && from[0] === to[0]) {
    from.shift();
    to.shift();
  }
  return `${from.length === 0 ? './' : '../'.repeat(from.length)}${to.join('/')}`;
}

/** `path` as written in the file `importer`, from the program's top; above it where it climbs out. */
function joined(importer: string, path: string): string {
  const parts = path.startsWith('/') ? [] : importer.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** What to say about an import that is neither a file of the program nor offered. */
function refusal(path: string): [text: string, hint: string] {
  const offers = 'A program can import from "sluice", from "sluice/data" and from its own files.';
  if (/^(https?:)?\/\/|^(data|blob|file):/i.test(path)) {
    return [`Cannot import "${shortened(path)}": programs load nothing from an address`, offers];
  }
  const near = nearestName(path, ['sluice', 'sluice/data']);
  if (near !== null) return [`Cannot import "${path}": there is no such module`, `Did you mean "${near}"?`];
  if (path.startsWith('sluice/')) {
    return [
      `Cannot import "${path}": there is no such module`,
      'Everything but the data sets is in "sluice".',
    ];
  }
  if (path.startsWith('node:') || NODE_BUILT_INS.has(path)) {
    return [
      `Cannot import "${path}": programs run in the browser, where Node's modules do not exist`,
      offers,
    ];
  }
  return [`Cannot import "${shortened(path)}": packages from npm are not available here`, offers];
}

/** Those that people try. */
const NODE_BUILT_INS: ReadonlySet<string> = new Set(
  (
    'assert buffer child_process cluster crypto dns events fs fs/promises http http2 https net os path process ' +
    'readline stream stream/promises stream/web timers timers/promises tls url util vm worker_threads zlib'
  ).split(' '),
);

function refuse(text: string, hint: string): OnResolveResult {
  const detail: ImportDetail = { hint };
  return { errors: [{ text, detail }] };
}

const SHOWN_CHARACTERS = 60;

function shortened(path: string): string {
  return path.length > SHOWN_CHARACTERS ? `${path.slice(0, SHOWN_CHARACTERS)}…` : path;
}
