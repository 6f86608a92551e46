import { owned } from '../time/sleep.ts';

/** The timers that programs have set and that are still to come. */
export interface ProgramTimers {
  readonly pending: number;
}

/** What a program does in a timer belongs to the stage that set it; and all it has set are counted. */
export function ownTimers(): ProgramTimers {
  const pending = new Set<unknown>();
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const timer = globalThis[name];
    const own = (action: unknown, delayMs?: unknown, ...args: unknown[]): unknown => {
      const act = typeof action === 'function' ? owned(() => void action(...args)) : null;
      const fire =
        act &&
        (() => {
          if (name === 'setTimeout') pending.delete(id);
          act();
        });
      const id: unknown = Reflect.apply(timer, globalThis, [fire ?? action, delayMs]);
      pending.add(id);
      return id;
    };
    Object.defineProperty(globalThis, name, { value: own, writable: true, configurable: true });
  }
  for (const name of ['clearTimeout', 'clearInterval'] as const) {
    const clear = globalThis[name];
    const own = (id?: unknown): void => {
      pending.delete(id);
      Reflect.apply(clear, globalThis, [id]);
    };
    Object.defineProperty(globalThis, name, { value: own, writable: true, configurable: true });
  }
  return {
    get pending() {
      return pending.size;
    },
  };
}
