import type { FromCompileWorker, ToCompileWorker } from './compile-messages.ts';
import type { Compiled } from './compiled.ts';

/** Compiles learners' programs, off the page's thread. */
export interface Compiler {
  /**
   * Never rejects. Of calls that overlap the latest wins: an earlier one that has not begun settles at once as not
   * ok, with a warning that it was superseded.
   */
  compile(files: Record<string, string>, entry: string): Promise<Compiled>;
  /** Compiles a small program, so that the first real one is quick. */
  warm(): Promise<void>;
  /** Ends the worker. Calls under way settle as not ok. */
  dispose(): void;
}

/** The worker, as the compiler sees it. */
export interface CompileWorker {
  post(message: ToCompileWorker): void;
  onMessage(listener: (message: FromCompileWorker) => void): void;
  onFailure(listener: (reason: string) => void): void;
  terminate(): void;
}

interface Job {
  readonly id: number;
  readonly files: Record<string, string>;
  readonly entry: string;
  readonly settle: (compiled: Compiled) => void;
}

/** A first build waits for 14 MB of WebAssembly on a slow network; later ones take milliseconds. */
const FIRST_LIMIT_MS = 120_000;
const LIMIT_MS = 20_000;

const WARM_UP = {
  files: { 'warm-up.ts': 'export default [1, 2].map((n: number) => n + 1);' },
  entry: 'warm-up.ts',
};

/** One job at a time on one worker, which is made on first use and made anew after it dies. */
export function compilerOn(spawn: () => CompileWorker): Compiler {
  let worker: CompileWorker | null = null;
  let proven = false;
  let running: Job | null = null;
  let waiting: Job | null = null;
  let limit: ReturnType<typeof setTimeout> | undefined;
  let lastId = 0;
  let disposed = false;

  function connect(): CompileWorker {
    const made = spawn();
    made.onMessage((message) => {
      if (made !== worker) return;
      if (message.type === 'broken') abandon(message.reason);
      else if (message.id === running?.id) finish(message.compiled);
    });
    made.onFailure((reason) => {
      if (made === worker) abandon(reason);
    });
    return made;
  }

  /** Gives up the worker; the next job gets a new one. */
  function abandon(reason: string): void {
    worker?.terminate();
    worker = null;
    proven = false;
    finish(failed(`The compiler stopped: ${reason}`, 'Press Run again; a new one starts with it.'));
  }

  function finish(compiled: Compiled): void {
    clearTimeout(limit);
    const job = running;
    running = null;
    if (compiled.ok) proven = true;
    job?.settle(compiled);
    begin();
  }

  function begin(): void {
    if (running !== null || waiting === null) return;
    running = waiting;
    waiting = null;
    const { id, files, entry } = running;
    const ms = proven ? LIMIT_MS : FIRST_LIMIT_MS;
    limit = setTimeout(() => abandon(`it gave no answer within ${ms / 1000} s`), ms);
    try {
      worker ??= connect();
      worker.post({ type: 'compile', id, files, entry });
    } catch (error) {
      abandon(error instanceof Error ? error.message : String(error));
    }
  }

  function compile(files: Record<string, string>, entry: string): Promise<Compiled> {
    if (disposed) return Promise.resolve(failed('The compiler has been closed'));
    return new Promise((settle) => {
      waiting?.settle(superseded());
      waiting = { id: ++lastId, files: { ...files }, entry, settle };
      begin();
    });
  }

  return {
    compile,
    async warm() {
      if (running === null && waiting === null) await compile(WARM_UP.files, WARM_UP.entry);
    },
    dispose() {
      disposed = true;
      waiting?.settle(failed('The compiler has been closed'));
      waiting = null;
      worker?.terminate();
      worker = null;
      finish(failed('The compiler has been closed'));
    },
  };
}

function failed(message: string, hint?: string): Compiled {
  const problem = {
    severity: 'error',
    phase: 'compile',
    message,
    ...(hint === undefined ? {} : { hint }),
  } as const;
  return { ok: false, problems: [problem] };
}

function superseded(): Compiled {
  const message = 'Not compiled: a newer version came first';
  return { ok: false, problems: [{ severity: 'warning', phase: 'compile', message }] };
}
