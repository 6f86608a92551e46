import type { Problem } from '../sandbox/run-view.ts';
import type { EditorFile } from './editor-file.ts';
import { markersOf } from './markers.ts';
import { fontFamily, monaco, themeName } from './monaco.ts';
import { chainTouchScroll } from './touch-scroll.ts';

/** All that the editor shows. */
export interface EditorContent {
  readonly files: readonly EditorFile[];
  readonly active: string;
  readonly problems: readonly Problem[];
  readonly theme: 'light' | 'dark';
  /** Text to compare the open file with; `null` shows no comparison. */
  readonly original: string | null;
  /** From 1; `null` lights none. */
  readonly litLine: number | null;
  /** Lines that caused what is shown elsewhere, from 1, the one it begins at first. Calmer than the lit one. */
  readonly cause: { readonly file: string; readonly lines: readonly number[] } | null;
  /** In px. */
  readonly fontSize: number;
  /** Tab moves the focus on, as it does everywhere else on the page. */
  readonly tabMoves: boolean;
}

interface Listeners {
  readonly onchange: (name: string, value: string) => void;
  /** How many errors TypeScript sees in the open file. */
  readonly onmarkers: (count: number) => void;
}

interface OpenFile {
  readonly model: monaco.editor.ITextModel;
  /** The value the caller last gave; only a new one replaces what was typed. */
  given: string;
  viewState: monaco.editor.ICodeEditorViewState | null;
}

/** Owner of the markers that come from compiling and running. */
const OWNER = 'sluice';
/** Side by side needs room for two texts; in px. */
const SIDE_BY_SIDE_PX = 720;
/** Narrower than this, long lines wrap; in px. */
const WRAP_PX = 560;

let programs = 0;

/** Monaco in an element: one model per file, so that each keeps its history, and a comparison on demand. */
export class CodeEditor {
  readonly #host: HTMLElement;
  readonly #listeners: Listeners;
  /** Editors on one page do not see each other's files. */
  readonly #folder = `file:///program-${++programs}`;
  readonly #files = new Map<string, OpenFile>();
  readonly #codePane: HTMLElement;
  readonly #editor: monaco.editor.IStandaloneCodeEditor;
  readonly #lit: monaco.editor.IEditorDecorationsCollection;
  readonly #cause: monaco.editor.IEditorDecorationsCollection;
  readonly #markers: monaco.IDisposable;
  readonly #resized: ResizeObserver;
  readonly #stopChaining: () => void;
  #comparison: Comparison | null = null;
  #content: EditorContent;
  #shown: EditorContent | null = null;
  #errors: number | null = null;
  /** What is being replaced came from the caller, who need not hear of it. */
  #replacing = false;

  constructor(host: HTMLElement, content: EditorContent, listeners: Listeners) {
    this.#host = host;
    this.#listeners = listeners;
    this.#content = content;
    this.#codePane = pane(host);
    this.#editor = monaco.editor.create(this.#codePane, {
      ...LOOK,
      ...this.#look(content),
      ...optionsOf(content),
      model: null,
      theme: themeName(content.theme),
      padding: { top: 8, bottom: 8 },
    });
    this.#lit = this.#editor.createDecorationsCollection();
    this.#cause = this.#editor.createDecorationsCollection();
    this.#markers = monaco.editor.onDidChangeMarkers(() => this.#countErrors());
    this.#resized = new ResizeObserver(() => this.#setOptions());
    this.#resized.observe(host);
    this.#stopChaining = chainTouchScroll(host, () => this.#scrolled());
    this.show(content);
    void remeasureOnceLoaded(content.fontSize);
  }

  /** Brings the editor to this content. What has not changed is left alone: it may have moved with the text since. */
  show(content: EditorContent): void {
    const before = this.#shown;
    this.#content = content;
    this.#shown = content;
    const opened = this.#syncFiles(content.files);
    const switched = this.#open(content);
    const compared = this.#compare(content);
    if (opened || before?.problems !== content.problems) this.#mark(content);
    if (switched || before?.litLine !== content.litLine) this.#light(content.litLine);
    if (switched || !isSameCause(before?.cause ?? null, content.cause)) this.#showCause(content);
    if (before?.theme !== content.theme) monaco.editor.setTheme(themeName(content.theme));
    if (switched || compared || !sameOptions(before, content)) this.#setOptions();
    this.#countErrors();
  }

  dispose(): void {
    this.#resized.disconnect();
    this.#stopChaining();
    this.#markers.dispose();
    this.#comparison?.dispose();
    this.#editor.dispose();
    for (const { model } of this.#files.values()) model.dispose();
    this.#files.clear();
    this.#host.replaceChildren();
  }

  /** True if it opened a file. */
  #syncFiles(files: readonly EditorFile[]): boolean {
    let opened = false;
    const open = files.filter(({ locked }) => locked === undefined);
    for (const [name, { model }] of this.#files) {
      if (open.some((file) => file.name === name)) continue;
      if (this.#editor.getModel() === model) this.#editor.setModel(null);
      model.dispose();
      this.#files.delete(name);
    }
    for (const { name, language, value } of open) {
      const file = this.#files.get(name);
      if (file === undefined) {
        this.#files.set(name, this.#create(name, language, value));
        opened = true;
      } else if (file.given !== value) {
        this.#replace(file, value);
      }
    }
    return opened;
  }

  #create(name: string, language: EditorFile['language'], value: string): OpenFile {
    const model = monaco.editor.createModel(value, language, monaco.Uri.parse(`${this.#folder}/${name}`));
    model.setEOL(monaco.editor.EndOfLineSequence.LF);
    model.updateOptions({ tabSize: 2, insertSpaces: true });
    const file: OpenFile = { model, given: value, viewState: null };
    model.onDidChangeContent(() => {
      if (this.#replacing) return;
      file.given = model.getValue();
      this.#listeners.onchange(name, file.given);
    });
    return file;
  }

  /** As one edit, so that it can be undone. */
  #replace(file: OpenFile, value: string): void {
    file.given = value;
    if (file.model.getValue() === value) return;
    this.#replacing = true;
    file.model.pushStackElement();
    file.model.pushEditOperations([], [{ range: file.model.getFullModelRange(), text: value }], () => null);
    file.model.pushStackElement();
    this.#replacing = false;
  }

  /** True if it shows another file than before. */
  #open({ active }: EditorContent): boolean {
    const file = this.#files.get(active);
    const shown = this.#editor.getModel();
    if (shown === (file?.model ?? null)) return false;
    const leaving = [...this.#files.values()].find(({ model }) => model === shown);
    if (leaving) leaving.viewState = this.#editor.saveViewState();
    this.#editor.setModel(file?.model ?? null);
    if (file?.viewState) this.#editor.restoreViewState(file.viewState);
    return true;
  }

  /** True if a comparison was opened. */
  #compare({ active, original }: EditorContent): boolean {
    const file = this.#files.get(active);
    const wanted = original !== null && file !== undefined;
    if (this.#comparison !== null && (!wanted || !this.#comparison.isOf(file.model))) {
      this.#comparison.dispose();
      this.#comparison = null;
    }
    this.#codePane.hidden = wanted;
    if (!wanted) return false;
    if (this.#comparison === null) {
      const uri = monaco.Uri.parse(`${this.#folder}/${active.replace(/(\.\w+)?$/, '.original$1')}`);
      this.#comparison = new Comparison(pane(this.#host), { modified: file.model, original, uri });
      return true;
    }
    this.#comparison.setOriginal(original);
    return false;
  }

  #mark({ problems }: EditorContent): void {
    for (const [name, { model }] of this.#files) {
      const markers = markersOf(problems, name, model.getValue());
      monaco.editor.setModelMarkers(
        model,
        OWNER,
        markers.map(({ severity, message, line, column, endColumn }) => ({
          severity: severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
          message,
          startLineNumber: line,
          startColumn: column,
          endLineNumber: line,
          endColumn,
        })),
      );
    }
  }

  #light(line: number | null): void {
    const model = this.#editor.getModel();
    if (line === null || model === null || line < 1 || line > model.getLineCount()) {
      this.#lit.clear();
      return;
    }
    this.#lit.set([
      {
        range: new monaco.Range(line, 1, line, 1),
        options: { isWholeLine: true, className: 'lit-line', linesDecorationsClassName: 'lit-line-mark' },
      },
    ]);
    this.#editor.revealLineInCenterIfOutsideViewport(line);
  }

  #showCause({ cause, active }: EditorContent): void {
    const count = this.#editor.getModel()?.getLineCount() ?? 0;
    const lines = cause?.file === active ? cause.lines.filter((line) => line >= 1 && line <= count) : [];
    this.#cause.set(
      lines.map((line) => ({
        range: new monaco.Range(line, 1, line, 1),
        options: { isWholeLine: true, className: 'cause-line', linesDecorationsClassName: 'cause-line-mark' },
      })),
    );
    const [first] = lines;
    // Who types must not lose the line they are in.
    if (first !== undefined && !this.#editor.hasTextFocus()) {
      this.#editor.revealLineInCenterIfOutsideViewport(first);
    }
  }

  #countErrors(): void {
    const resource = this.#files.get(this.#content.active)?.model.uri;
    const markers = resource ? monaco.editor.getModelMarkers({ owner: 'typescript', resource }) : [];
    const errors = markers.filter(({ severity }) => severity === monaco.MarkerSeverity.Error).length;
    if (errors === this.#errors) return;
    this.#errors = errors;
    this.#listeners.onmarkers(errors);
  }

  #scrolled(): { top: number; maxTop: number } {
    const editor = this.#comparison?.editor.getModifiedEditor() ?? this.#editor;
    return { top: editor.getScrollTop(), maxTop: editor.getScrollHeight() - editor.getLayoutInfo().height };
  }

  #setOptions(): void {
    const look = this.#look(this.#content);
    const options = { ...look, ...optionsOf(this.#content) };
    this.#editor.updateOptions(options);
    this.#comparison?.editor.getModifiedEditor().updateOptions(options);
    this.#comparison?.editor
      .getOriginalEditor()
      .updateOptions({ ...look, ariaLabel: 'Code to compare with' });
  }

  #look({ fontSize, tabMoves }: EditorContent): monaco.editor.IEditorOptions {
    return {
      fontSize,
      lineHeight: Math.round(fontSize * LINE_HEIGHT),
      tabFocusMode: tabMoves,
      wordWrap: this.#host.clientWidth < WRAP_PX ? 'on' : 'off',
    };
  }
}

/** Options that hold for the open file alone, not for what it is compared with. */
function optionsOf({ files, active }: EditorContent): monaco.editor.IEditorOptions {
  return {
    ariaLabel: `Code editor: ${active}`,
    readOnly: files.find(({ name }) => name === active)?.readOnly === true,
    readOnlyMessage: { value: `${active} is for reading only` },
  };
}

function isSameCause(one: EditorContent['cause'], other: EditorContent['cause']): boolean {
  return one?.file === other?.file && String(one?.lines) === String(other?.lines);
}

/** True if the editor's options follow alike from both. */
function sameOptions(before: EditorContent | null, after: EditorContent): boolean {
  return (
    before !== null &&
    before.fontSize === after.fontSize &&
    before.tabMoves === after.tabMoves &&
    optionsOf(before).readOnly === optionsOf(after).readOnly
  );
}

/** The open file beside, or below, what it is compared with. */
class Comparison {
  readonly editor: monaco.editor.IStandaloneDiffEditor;
  readonly #pane: HTMLElement;
  readonly #original: monaco.editor.ITextModel;
  readonly #modified: monaco.editor.ITextModel;

  constructor(
    host: HTMLElement,
    of: { modified: monaco.editor.ITextModel; original: string; uri: monaco.Uri },
  ) {
    this.#pane = host;
    this.#modified = of.modified;
    // Beside the open file, so that its relative imports are found as well.
    this.#original = monaco.editor.createModel(of.original, of.modified.getLanguageId(), of.uri);
    this.editor = monaco.editor.createDiffEditor(host, {
      ...LOOK,
      originalEditable: false,
      renderSideBySide: true,
      renderSideBySideInlineBreakpoint: SIDE_BY_SIDE_PX,
      useInlineViewWhenSpaceIsLimited: true,
      renderOverviewRuler: false,
    });
    this.editor.setModel({ original: this.#original, modified: of.modified });
    const computed = this.editor.onDidUpdateDiff(() => {
      computed.dispose();
      this.editor.revealFirstDiff();
    });
  }

  isOf(model: monaco.editor.ITextModel): boolean {
    return this.#modified === model;
  }

  setOriginal(value: string): void {
    if (this.#original.getValue() !== value) this.#original.setValue(value);
  }

  dispose(): void {
    this.editor.dispose();
    this.#original.dispose();
    this.#pane.remove();
  }
}

/** Line height as a multiple of the font size; the plain code shown before Monaco is there has the same. */
const LINE_HEIGHT = 1.5;

const LOOK = {
  fontFamily,
  automaticLayout: true,
  minimap: { enabled: false },
  stickyScroll: { enabled: false },
  scrollBeyondLastLine: false,
  overviewRulerLanes: 0,
  lineNumbersMinChars: 3,
  lineDecorationsWidth: 12,
  folding: false,
  glyphMargin: false,
  fixedOverflowWidgets: true,
  renderLineHighlightOnlyWhenFocus: true,
  renderFinalNewline: 'on',
  wordBasedSuggestions: 'off',
  unicodeHighlight: { ambiguousCharacters: false },
  // At its ends the wheel scrolls the page, as over any other text.
  scrollbar: { alwaysConsumeMouseWheel: false, verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
} as const satisfies monaco.editor.IEditorOptions & monaco.editor.IGlobalEditorOptions;

function pane(host: HTMLElement): HTMLElement {
  const element = document.createElement('div');
  element.className = 'monaco-pane';
  return host.appendChild(element);
}

/** Monaco measures characters once; a font that comes later would put the cursor beside the text. */
async function remeasureOnceLoaded(fontSize: number): Promise<void> {
  await document.fonts.load(`${fontSize}px ${fontFamily}`);
  monaco.editor.remeasureFonts();
}
