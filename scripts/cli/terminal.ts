import { write } from 'node:fs';

/** Where a text goes. */
export type Outlet = 'out' | 'err';

/** How a terminal writes; tests give their own. */
export type Write = (
  descriptor: number,
  bytes: Uint8Array,
  done: (error: Error | null, written: number) => void,
) => void;

const DESCRIPTORS = { out: 1, err: 2 } as const;
/** Texts that wait are written together, up to so many characters. */
const MAX_WRITE = 64_000;
/** A reader that is busy is asked again after this long, ms. */
const AGAIN_MS = 5;
/** To the beginning of the line, and all of it empty. */
const CLEAR = '\r\u001B[2K';

interface Waiting {
  readonly outlet: Outlet;
  readonly text: string;
  readonly done: () => void;
}

/**
 * Writes to stdout and stderr in the order it was told to, without ever blocking this thread: a reader that pauses must not
 * make the run seem to hang. Below what is printed, a terminal shows one line that is rewritten in place.
 */
export class Terminal {
  readonly #write: Write;
  readonly #isLive: boolean;
  readonly #onClosed: () => void;
  #waiting: Waiting[] = [];
  #characters = 0;
  #isWriting = false;
  #status = '';
  #isStatusShown = false;
  readonly #closed = new Set<Outlet>();

  /**
   * @param options.isLive - Whether stderr is a terminal, on which a line can be rewritten.
   * @param options.onClosed - Nobody reads stdout any more.
   */
  constructor(options: { readonly isLive: boolean; readonly onClosed: () => void; readonly write?: Write }) {
    this.#isLive = options.isLive;
    this.#onClosed = options.onClosed;
    this.#write = options.write ?? ((descriptor, bytes, done) => write(descriptor, bytes, done));
  }

  /** Characters that wait to be written. */
  get waiting(): number {
    return this.#characters;
  }

  /** Prints a text with a line end; resolves once it is written, or nobody reads it. */
  print(outlet: Outlet, text: string): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ outlet, text: `${text}\n`, done });
      this.#characters += text.length + 1;
      this.#next();
    });
  }

  /** Shows a line below everything else, in place of the one before; on what is no terminal, nothing. */
  status(line: string): void {
    if (!this.#isLive || line === this.#status) return;
    this.#status = line;
    this.#next();
  }

  /** Resolves once everything is written. */
  async flush(): Promise<void> {
    while (this.#isWriting || this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #next(): void {
    if (this.#isWriting) return;
    const first = this.#waiting[0];
    if (!first) return this.#showStatus();
    let count = 0;
    let text = '';
    for (const { outlet, text: more } of this.#waiting) {
      if (outlet !== first.outlet || (count > 0 && text.length + more.length > MAX_WRITE)) break;
      text += more;
      count += 1;
    }
    const batch = this.#waiting.splice(0, count);
    const done = (): void => {
      for (const each of batch) {
        this.#characters -= each.text.length;
        each.done();
      }
      this.#next();
    };
    if (this.#isStatusShown) {
      this.#isStatusShown = false;
      this.#put('err', CLEAR, () => this.#put(first.outlet, text, done));
    } else this.#put(first.outlet, text, done);
  }

  #showStatus(): void {
    if (!this.#isLive || (this.#status === '' && !this.#isStatusShown)) return;
    const shown = this.#status;
    this.#isStatusShown = shown !== '';
    this.#put('err', CLEAR + shown, () => {
      if (this.#status !== shown || this.#waiting.length > 0) this.#next();
    });
  }

  #put(outlet: Outlet, text: string, done: () => void): void {
    this.#isWriting = true;
    const over = (): void => {
      this.#isWriting = false;
      done();
    };
    if (this.#closed.has(outlet)) return over();
    const go = (bytes: Uint8Array): void => {
      this.#write(DESCRIPTORS[outlet], bytes, (error, written) => {
        if (error && isBusy(error)) return void setTimeout(() => go(bytes), AGAIN_MS);
        if (error) {
          this.#closed.add(outlet);
          if (outlet === 'out') this.#onClosed();
          return over();
        }
        if (written < bytes.length) return go(bytes.subarray(written));
        over();
      });
    };
    go(new TextEncoder().encode(text));
  }
}

function isBusy(error: Error): boolean {
  return 'code' in error && (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK');
}
