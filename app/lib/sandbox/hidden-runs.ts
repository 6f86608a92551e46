import type { PlanWarning, TraceError } from 'sluice';
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
  /** It did not come to an end in time. */
  | { readonly type: 'hangs'; readonly waitedMs: number }
  /** The frame died. */
  | { readonly type: 'gone' }
  /** The sandbox said something that cannot be read, or made no worker. */
  | { readonly type: 'broken'; readonly says: string };

/** Runs a program on the virtual scheduler, in one worker of `frame`. The frame is used up by it. Never rejects. */
export function hiddenRuns(
  frame: Sandbox,
  program: SandboxProgram,
  { requests, limitMs }: { readonly requests: readonly VirtualRequest[]; readonly limitMs: number },
): Promise<HiddenRuns> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<HiddenRuns>((resolve) => {
    const timer = setTimeout(() => {
      resolve(frame.isSilent ? { type: 'gone' } : { type: 'hangs', waitedMs: limitMs });
    }, limitMs);
    const settle = (outcome: HiddenRuns): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const malformed = (): void => settle({ type: 'broken', says: 'it answered with what cannot be read' });
    port1.onmessageerror = malformed;
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = parseFromVirtual(data);
      if (!message) malformed();
      else if (message.type === 'virtual') settle({ ...message, type: 'runs' });
      else settle(message);
    };
    frame.spawn(
      { ...program, controls: [port2], virtual: requests },
      {
        onWorkerFailure: ({ fatal, message }) => {
          if (fatal) settle({ type: 'broken', says: message });
        },
        onDeath: () => settle({ type: 'gone' }),
        onMalformed: malformed,
      },
    );
  }).finally(() => port1.close());
}
