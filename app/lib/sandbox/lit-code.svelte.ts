import type { RecordedProgram } from 'sluice';
import type { CodeMoment } from '../view/code-moment.ts';
import type { Playhead } from '../vis/playhead.svelte.ts';
import { causeOf, linesOf } from './caused-by.ts';
import type { ProgramCode } from './program-code.ts';
import { programTextOf } from './recorded-program.ts';
import type { RunView } from './run-view.ts';

interface Around {
  readonly run: () => RunView;
  readonly playhead: () => Playhead;
  /** What ran; `null` where nobody has kept it. */
  readonly program: () => RecordedProgram | null;
  /** A file as it is now; left out where nobody can change it. */
  readonly textOf?: (file: string) => string | undefined;
}

/** The lines of a program that caused the moment shown. Nothing is lit while a run is only followed: lines would flicker. */
export class LitCode {
  readonly #around: Around;
  /** Reads compiled programs; loaded when one is looked into first. */
  #reader: typeof ProgramCode | null = $state.raw(null);
  #loading = false;

  readonly #places = $derived.by(() => programTextOf(this.#around.program() ?? undefined)?.places ?? null);
  readonly #code = $derived.by(() => {
    const text = this.#around.program()?.code;
    return text === undefined || !this.#reader ? null : new this.#reader(text);
  });

  /** `null` where nothing is to be lit. */
  readonly moment: CodeMoment | null = $derived.by(() => {
    const { plan, status } = this.#around.run();
    const playhead = this.#around.playhead();
    const { entry } = playhead;
    if (!plan || !entry || (playhead.following && status !== 'paused')) return null;
    const cause = causeOf(playhead.entries, entry);
    if (!cause || !this.#places) return null;
    this.#load();
    const found = linesOf(cause, { plan, places: this.#places, code: this.#code });
    const file = found && this.#fileOf(found.file);
    if (!found || file === undefined || file === null) return null;
    return {
      file: found.file,
      lines: found.lines,
      words: `line ${found.lines[0]} of ${found.file}, ${found.what}`,
      stale: file.now !== file.ran,
    };
  });

  constructor(around: Around) {
    this.#around = around;
  }

  /** The file as it ran, and as it is now; `undefined` of one that is none of the learner's. */
  #fileOf(name: string): { readonly ran: string; readonly now: string | undefined } | undefined {
    const ran = this.#around.program()?.files[name];
    if (ran === undefined) return undefined;
    const { textOf } = this.#around;
    return { ran, now: textOf ? textOf(name) : ran };
  }

  #load(): void {
    if (this.#loading) return;
    this.#loading = true;
    import('./program-code.ts').then(
      (module) => (this.#reader = module.ProgramCode),
      // Without it the definitions are lit instead of their callbacks; the next page tries again.
      () => undefined,
    );
  }
}
