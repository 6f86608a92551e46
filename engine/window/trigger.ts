import { EngineError } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { TriggerName, WindowContext, WindowSpec, WindowTimer } from './window.ts';

/** What a program's own trigger has said of some events: which are to be reduced, and whether it fires then. */
export type CustomStep = { readonly state: unknown; readonly events: readonly unknown[] } & (
  | { readonly fires: false }
  | { readonly fires: true; readonly trigger: TriggerName; readonly after: readonly unknown[] }
);

/** So often may a trigger fire in a row without that fewer events are left. */
const MAX_STANDSTILL = 100_000;

/**
 * Reads what the function of a program's own trigger answers, for the events of one batch.
 *
 * @returns A function to call with what is left of the batch, until nothing is.
 * @throws {EngineError} `window_trigger_answer`, `window_trigger_endless`; both by the function returned.
 */
export function customTrigger(
  fn: (events: never[], state: never) => unknown,
): (events: readonly unknown[], state: unknown) => CustomStep {
  let standstill = 0;
  return (events, state) => {
    // The builder has checked the function against the events of its window; it gets a copy, to do with as it likes.
    const step = readStep(fn(events.slice() as never[], state as never), events, state);
    if (!step.fires) return step;
    standstill = step.after.length < events.length ? 0 : standstill + 1;
    if (standstill >= MAX_STANDSTILL) {
      const trigger = describe(step.trigger);
      throw new EngineError('window_trigger_endless', { times: standstill, trigger });
    }
    return step;
  };
}

function readStep(answer: unknown, events: readonly unknown[], state: unknown): CustomStep {
  if (typeof answer !== 'object' || answer === null) throw badAnswer('an object', answer);
  const next = 'state' in answer ? answer.state : state;
  if ('trigger' in answer && answer.trigger !== undefined) {
    const after = listOf(answer, 'after');
    return { fires: true, trigger: answer.trigger, events: listOf(answer, 'before'), after, state: next };
  }
  const some = 'events' in answer && answer.events !== undefined;
  return { fires: false, events: some ? listOf(answer, 'events') : events, state: next };
}

function listOf(answer: object, part: 'before' | 'after' | 'events'): readonly unknown[] {
  const list: unknown = part in answer ? Reflect.get(answer, part) : undefined;
  if (Array.isArray(list)) return list;
  throw badAnswer(`an array as its "${part}"`, list);
}

function badAnswer(requirement: string, received: unknown): EngineError<'window_trigger_answer'> {
  return new EngineError('window_trigger_answer', { requirement, received: describe(received) });
}

/** What `triggerPeriodically` calls its timers, with the number of the trigger behind it. */
const PERIODICALLY = 'periodically ';

/** The triggers of a stage that fire by the clock (FL-127). They tick from the start of the stage on. */
export class PeriodicTriggers {
  readonly #triggers: WindowSpec['periodically'];
  readonly #context: WindowContext;
  readonly #startedMs: number;

  constructor({ periodically }: WindowSpec, context: WindowContext) {
    this.#triggers = periodically;
    this.#context = context;
    this.#startedMs = periodically.length > 0 ? context.nowMs() : 0;
    for (let i = 0; i < periodically.length; i++) this.#wait(i);
  }

  /** The name of the trigger whose timer is due, `null` if it is none of them; waits for the next tick. */
  due({ windowTimer }: WindowTimer): TriggerName | null {
    if (!windowTimer.startsWith(PERIODICALLY)) return null;
    const index = Number(windowTimer.slice(PERIODICALLY.length));
    const trigger = this.#triggers[index];
    if (!trigger) return null;
    this.#wait(index);
    return ['periodically', trigger.count, trigger.unit];
  }

  /** Ticks keep to the clock: one that is handled late does not put off the next. */
  #wait(index: number): void {
    const ms = this.#triggers[index]?.ms ?? 0;
    const passed = this.#context.nowMs() - this.#startedMs;
    this.#context.after(ms - (passed % ms), { windowTimer: `${PERIODICALLY}${index}` });
  }
}
