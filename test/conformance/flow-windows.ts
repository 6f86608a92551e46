import { Window } from 'sluice';
import { customTriggerOf } from './flow-functions.ts';
import { functionOf, isList, list, record } from './functions.ts';
import type { Json, JsonRecord } from './recording.ts';

/**
 * What a window offers, as far as recordings use it. They call everything on every window, to see it refused, which the types
 * of the engine would not let them.
 */
interface AnyWindow {
  triggerEvery(count: number): AnyWindow;
  triggerPeriodically(count: number, unit: string): AnyWindow;
  trigger(init: unknown, fn: unknown): AnyWindow;
  allowedLateness(count: number, unit: string): AnyWindow;
}
interface AnyWindows {
  global(): AnyWindow;
  count(count: number): AnyWindow;
  fixed(count: number, unit: string, by: unknown): AnyWindow;
  periodic(count: number, unit: string): AnyWindow;
}

const windows: AnyWindows = Window as never;

/**
 * The window that a recording describes.
 *
 * @throws {EngineError} What the engine refuses.
 */
export function windowOf(spec: JsonRecord, wanted: number): AnyWindow {
  const { every, periodically, custom, lateness } = spec;
  let window = plainWindow(spec);
  if (every !== undefined) window = window.triggerEvery(Number(every));
  for (const one of list(periodically ?? [])) window = window.triggerPeriodically(...span(one));
  if (custom !== undefined) {
    const { init, fn } = triggerOf(custom, wanted);
    window = window.trigger(init, fn);
  }
  return lateness === undefined ? window : window.allowedLateness(...span(lateness));
}

function plainWindow({ type, n, count, unit, by }: JsonRecord): AnyWindow {
  switch (type) {
    case 'global':
      return windows.global();
    case 'count':
      return windows.count(Number(n));
    case 'fixed':
      return windows.fixed(Number(count), String(unit), functionOf(by));
    case 'periodic':
      return windows.periodic(Number(count), String(unit));
    default:
      throw new Error(`Cannot replay as the window must be known: received ${JSON.stringify(type)}`);
  }
}

function triggerOf(custom: Json, wanted: number): { readonly init: unknown; readonly fn: unknown } {
  if (record(custom)['fn'] === 'not_a_function') return { init: 0, fn: () => ({ state: 0 }) };
  const { init, fn } = customTriggerOf(custom, wanted);
  return { init: () => init, fn };
}

function span(value: Json): [count: number, unit: string] {
  const [count, unit] = isList(value) ? value : [];
  return [Number(count), String(unit)];
}
