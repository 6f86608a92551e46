import type { Scheduler } from '../time/scheduler.ts';
import { LANGUAGE } from './freeze-shared.ts';
import type { ProgramTimers } from './program-timers.ts';

/** What of the language calls a program back when its run may be over. */
const WAKING = 'FinalizationRegistry';

/** What programs may use and leave nothing behind: it computes and forgets, or what it leaves is counted (timers). */
const FORGETFUL: ReadonlySet<PropertyKey> = new Set([
  ...LANGUAGE.filter((name) => name !== WAKING),
  ...['DOMException', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams', 'atob', 'btoa'],
  ...['clearInterval', 'clearTimeout', 'console', 'global', 'navigator', 'queueMicrotask', 'self'],
  ...['setInterval', 'setTimeout', 'structuredClone'],
]);

/** Bytes that programs may add to the heap of their worker before they count as a trace. */
const HEAP_GROWTH = 32 * 1024 * 1024;

/** How a worker can tell what programs do to it. */
export interface LeftoversOptions {
  readonly timers: ProgramTimers;
  /** Bytes of its heap that are in use; `null` where nobody tells. */
  readonly heapUsed: () => number | null;
  /** What keeps its thread going, by name; left out where nobody tells. */
  readonly resources?: () => readonly string[];
  /** All that programs share and could change; left out where it is constant. */
  readonly shared?: () => Iterable<object>;
}

/** A worker as the first program finds it. */
interface Before {
  readonly heapUsed: number | null;
  readonly resources: string;
  readonly globals: ReadonlyMap<PropertyKey, unknown>;
  readonly console: ReadonlyMap<PropertyKey, unknown>;
  readonly shared: readonly (readonly [object, ReadonlyMap<PropertyKey, unknown>])[];
}

/**
 * What a program may leave behind in its worker that the next one would meet (RUN-14). Nobody looks what is left of a power
 * that a program has used: that it has is enough.
 */
export class Leftovers {
  readonly #options: LeftoversOptions;
  #before: Before | null = null;
  #laterCalls = 0;
  #found: string | null = null;

  constructor(options: LeftoversOptions) {
    this.#options = options;
  }

  /** How a global is to be defined so that it is constant, and so that it is known whether a program has used it. */
  readonly property = (name: string, value: unknown): PropertyDescriptor => {
    const constant = { enumerable: false, configurable: false };
    if (FORGETFUL.has(name)) return { ...constant, value, writable: false };
    const get = () => {
      this.leave(`it has used ${name}`);
      return value;
    };
    return { ...constant, get };
  };

  /** Notices who listens for events of the worker itself: its scope leads to that without a name. */
  watchListeners(): void {
    const listeners = EventTarget.prototype;
    const { addEventListener } = listeners;
    const leave = () => this.leave('it has listened for events');
    listeners.addEventListener = function (this: unknown, ...args: readonly unknown[]): void {
      if (this === undefined || this === globalThis) leave();
      Reflect.apply(addEventListener, this ?? globalThis, args);
    };
  }

  /** Notices who uses what is more than the language, where programs may keep it. */
  watchPowers(): void {
    for (const key of Reflect.ownKeys(globalThis)) {
      const property = Reflect.getOwnPropertyDescriptor(globalThis, key);
      if (typeof key === 'symbol' || FORGETFUL.has(key) || !property?.configurable) continue;
      const get = (): unknown => {
        this.leave(`it has used ${key}`);
        return property.get ? Reflect.apply(property.get, globalThis, []) : property.value;
      };
      const set = (value: unknown): void => {
        this.leave(`it has replaced ${key}`);
        const own = { value, writable: true, enumerable: true, configurable: true };
        Reflect.defineProperty(globalThis, key, own);
      };
      Reflect.defineProperty(globalThis, key, { get, set, enumerable: false, configurable: true });
    }
  }

  /** The same clock, of which it is known whether anybody still waits by it. */
  counting({ nowMs, after }: Scheduler): Scheduler {
    return {
      nowMs,
      after: (delayMs, action) => {
        let isPending = true;
        const over = () => {
          if (isPending) this.#laterCalls -= 1;
          isPending = false;
        };
        this.#laterCalls += 1;
        const cancel = after(delayMs, () => {
          over();
          action();
        });
        return () => {
          over();
          cancel();
        };
      },
    };
  }

  /** A program has done something that may outlive its run. */
  leave(what: string): void {
    this.#found ??= what;
  }

  /** A program is about to be loaded. What the first one finds is what the others are to find. */
  begin(): void {
    this.#before ??= {
      heapUsed: this.#options.heapUsed(),
      resources: this.#resources(),
      globals: valuesOf(globalThis),
      console: valuesOf(console),
      shared: [...(this.#options.shared?.() ?? [])].map((object) => [object, valuesOf(object)]),
    };
  }

  /** What is left of the programs so far, in words; `null`: nothing, the worker is as it was before. */
  find(): string | null {
    const before = this.#before;
    if (this.#found !== null || before === null) return this.#found;
    if (this.#options.timers.pending > 0) return 'a timer is set';
    if (this.#laterCalls > 0) return 'something waits by the clock';
    if (this.#resources() !== before.resources) return 'something is open';
    if (!isSame(before.globals, valuesOf(globalThis))) return 'a global has changed';
    if (!isSame(before.console, valuesOf(console))) return 'the console has changed';
    const isConstant = before.shared.every(([object, values]) => isSame(values, valuesOf(object)));
    if (!isConstant) return 'what all programs share has changed';
    const heapUsed = this.#options.heapUsed();
    const growth = heapUsed === null || before.heapUsed === null ? 0 : heapUsed - before.heapUsed;
    return growth > HEAP_GROWTH ? 'its heap has grown' : null;
  }

  #resources(): string {
    return [...(this.#options.resources?.() ?? [])].sort().join();
  }
}

/** What the properties of an object are, by key: of an accessor its getter, which is not called. */
function valuesOf(object: object): ReadonlyMap<PropertyKey, unknown> {
  return new Map(
    Reflect.ownKeys(object).map((key) => {
      const property = Reflect.getOwnPropertyDescriptor(object, key);
      return [key, property?.get ?? property?.value];
    }),
  );
}

function isSame(a: ReadonlyMap<PropertyKey, unknown>, b: ReadonlyMap<PropertyKey, unknown>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && Object.is(b.get(key), value));
}
