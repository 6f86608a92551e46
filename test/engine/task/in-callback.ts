import {
  consumer,
  pipeline,
  producer,
  runVirtual,
  type EntryOf,
  type TraceEntry,
  type VirtualRun,
} from 'sluice';

/** Runs the body once, as the callback of a stage, in virtual time. What it throws crashes the stage. */
export function inCallback(body: () => Promise<void> | void, seed = 0): Promise<VirtualRun> {
  const once = producer({
    init: () => false,
    handleDemand: (_demand, sent: boolean) => ({ events: sent ? [] : ['go'], state: true }),
  });
  return runVirtual(
    pipeline(({ start, subscribe }) => {
      subscribe(start('stage', consumer({ handleEvents: () => body() })), { to: start('once', once) });
    }),
    { seed },
  );
}

/** The entries of one type. */
export function of<T extends TraceEntry['type']>({ entries }: VirtualRun, type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

/** Code and message of what crashed the stage; `null` when nothing did. */
export function crashOf(run: VirtualRun): readonly [code: string, message: string] | null {
  const [crash] = of(run, 'crash');
  return crash ? [crash.error.code ?? crash.error.name, crash.error.message] : null;
}

/** How each task ended, in that order: its id and its outcome. */
export function endsOf(run: VirtualRun): readonly (readonly [string, string])[] {
  return of(run, 'task').flatMap(({ phase, task, outcome }) =>
    phase === 'end' ? [[task, String(outcome)] as const] : [],
  );
}
