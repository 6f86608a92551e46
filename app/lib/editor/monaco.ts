import * as monaco from 'monaco-editor/editor';
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker';
// Single features would be imported late by the TypeScript one, and miss an editor that exists already.
import 'monaco-editor/features/register.all';
import 'monaco-editor/languages/definitions/elixir/register';
import 'monaco-editor/languages/definitions/typescript/register';
import * as typescript from 'monaco-editor/languages/features/typescript/register';
import TypeScriptWorker from 'monaco-editor/languages/features/typescript/ts.worker.js?worker';
import declarations from 'virtual:sluice-types';
import tokensCss from '../ui/tokens.css?raw';
import { editorTheme, tokensOf } from './theme.ts';

// Importing this module is what loads Monaco (some 11 MB): only code-editor.ts does, which Editor.svelte imports late.

self.MonacoEnvironment = {
  getWorker: (_id, label) =>
    label === 'typescript' || label === 'javascript' ? new TypeScriptWorker() : new EditorWorker(),
};

const tokens = tokensOf(tokensCss);
for (const base of ['light', 'dark'] as const) {
  monaco.editor.defineTheme(themeName(base), editorTheme(base, tokens[base]));
}

/** What `--mono` says, for Monaco measures text in elements of its own. */
const fontFamily = tokens.light['mono'] ?? 'monospace';

/** Bundler resolution: Monaco's enumeration lacks it, its TypeScript has it. */
const BUNDLER = 100 as typescript.ModuleResolutionKind;

typescript.typescriptDefaults.setCompilerOptions({
  target: typescript.ScriptTarget.ESNext,
  module: typescript.ModuleKind.ESNext,
  moduleResolution: BUNDLER,
  // Programs run in workers: `document` is an error here as it would be there.
  lib: ['esnext', 'webworker'],
  strict: true,
  isolatedModules: true,
  allowImportingTsExtensions: true,
  allowNonTsExtensions: true,
  noEmit: true,
});
typescript.typescriptDefaults.setExtraLibs(
  Object.entries(declarations).map(([path, content]) => ({
    content,
    filePath: `file:///node_modules/${path}`,
  })),
);
// The files of one program see each other, opened or not.
typescript.typescriptDefaults.setEagerModelSync(true);

/** Name under which a theme is known to Monaco. */
function themeName(theme: 'light' | 'dark'): string {
  return `sluice-${theme}`;
}

export { fontFamily, monaco, themeName };
