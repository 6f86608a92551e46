import { EngineError, traceError, type PlanWarning, type RunFailure, type TraceError } from 'sluice';
import type { RunRecord } from '#lessons/schema.ts';
import type { SandboxProgram } from './platform.ts';
import { parseFromVirtual, type VirtualRequest } from './protocol.ts';
import type { Sandbox } from './sandbox-frame.ts';

/** What became of a program's runs on the virtual scheduler. */
export type HiddenRuns =
  | {
      readonly type: 'runs';
      readonly runs: readonly RunRecord[];
      readonly warnings: readonly PlanWarning[];
    }
  /** It could not be loaded, or is no pipeline. */
  | { readonly type: 'failed'; readonly error: TraceError }
  /** It goes on and on. */
  | { readonly type: 'endless'; readonly waitedMs: number }
  /** It does not come back from a callback, or from loading the program. */
  | { readonly type: 'hangs'; readonly failure: RunFailure }
  /** The frame died. */
  | { readonly type: 'gone' }
  /** The sandbox said something that cannot be read, or made no worker. */
  | { readonly type: 'broken'; readonly says: string };

/** A worker says where it is before it loads anything; a machine under load gets its time until then. */
const BEGIN_WITHIN_MS = 10_000;

/** As long again as this may the last words of a worker wait unread while the page itself is busy. */
const LISTEN_MS = 100;

export interface HiddenRunsOptions {
  readonly requests: readonly VirtualRequest[];
  /** How long the worker may stay in one callback. */
  readonly silenceMs: number;
  /** How long all runs may take, from the first word of the worker. */
  readonly limitMs: number;
}

/** Runs a program on the virtual scheduler, in one worker of `frame`. The frame is used up by it. Never rejects. */
export function hiddenRuns(
  frame: Sandbox,
  program: SandboxProgram,
  { requests, silenceMs, limitMs }: HiddenRunsOptions,
): Promise<HiddenRuns> {
  const { port1, port2 } = new MessageChannel();
  let entered: Entered | null = null;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let limit: ReturnType<typeof setTimeout> | undefined;
  return new Promise<HiddenRuns>((resolve) => {
    const broken = (says: string): void => resolve({ type: 'broken', says });
    const malformed = (): void => broken('it answered with what cannot be read');
    const silent = (): void => {
      if (frame.isSilent) resolve({ type: 'gone' });
      else if (entered === null) broken('its worker did not begin');
      else resolve({ type: 'hangs', failure: hangOf(entered, silenceMs) });
    };
    const listenFor = (ms: number): void => {
      clearTimeout(silence);
      silence = setTimeout(() => (silence = setTimeout(silent, LISTEN_MS)), ms - LISTEN_MS);
    };
    port1.onmessageerror = malformed;
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = parseFromVirtual(data);
      if (!message) malformed();
      else if (message.type === 'virtual') resolve({ ...message, type: 'runs' });
      else if (message.type === 'failed') resolve(message);
      else {
        entered = message;
        listenFor(silenceMs);
        limit ??= setTimeout(() => resolve({ type: 'endless', waitedMs: limitMs }), limitMs);
      }
    };
    listenFor(BEGIN_WITHIN_MS);
    frame.spawn(
      { ...program, count: 1, virtual: requests },
      {
        onWorkerFailure: ({ fatal, message }) => {
          if (fatal) broken(message);
        },
        onDeath: () => resolve({ type: 'gone' }),
        onMalformed: malformed,
      },
    );
    frame.start(0, port2);
  }).finally(() => {
    clearTimeout(silence);
    clearTimeout(limit);
    port1.close();
  });
}

type Entered = { readonly stage: string | null; readonly callback: string | null };

/** The same words as for a run whose worker does not answer. */
function hangOf({ stage, callback }: Entered, waitedMs: number): RunFailure {
  const seconds = Math.round(waitedMs / 100) / 10;
  const error =
    stage === null || callback === null
      ? new EngineError('load_hangs', { seconds })
      : new EngineError('worker_hangs', { worker: 1, stage, callback, seconds });
  return { type: 'failed', phase: 'watchdog', worker: 0, stage, error: traceError(error) };
}
