import { EngineError } from '../errors.ts';
import { producer } from '../stage/define.ts';
import type { Producer } from '../stage/definition.ts';
import { self } from '../stage/self.ts';
import { describe } from '../trace/trace-value.ts';
import {
  STOP,
  checkCount,
  checkSourceOptions,
  endingWithConsumers,
  stageOptionsOf,
  understanding,
  type SourceOptions,
} from './source-options.ts';

/** Options of {@link fromInterval}. */
export interface IntervalOptions extends SourceOptions {
  /** Ticks at most; the source ends with the last of them. Integer >= 0; default Infinity. */
  readonly take?: number;
  /** Ticks kept that nobody wants yet; when there are more, the oldest go. Integer >= 0 or Infinity; default 1. */
  readonly bufferSize?: number;
}

/** Sent to itself when the next tick is due. */
const TICK: unique symbol = Symbol('tick');

/**
 * Defines a producer of 0, 1, 2 … by the clock of the run: real time on workers, virtual time under checks. The first comes
 * `everyMs` after the start, each further one at least `everyMs` after the one before.
 *
 * @param everyMs - Milliseconds, > 0.
 * @throws {EngineError} `option_unknown`, `option_out_of_range`.
 * @example
 * const seconds = fromInterval(1_000, { take: 60 });
 */
export function fromInterval(everyMs: number, options: IntervalOptions = {}): Producer<void, number> {
  checkSourceOptions('fromInterval', options, ['take', 'bufferSize']);
  const { onCancel, take = Infinity, bufferSize = 1 } = options;
  if (!(typeof everyMs === 'number' && Number.isFinite(everyMs) && everyMs > 0)) {
    const requirement = 'a number of milliseconds > 0';
    const received = describe(everyMs);
    throw new EngineError('option_out_of_range', {
      option: 'everyMs',
      at: 'fromInterval',
      requirement,
      received,
    });
  }
  checkCount('fromInterval', 'take', take);
  checkCount('fromInterval', 'bufferSize', bufferSize);
  const goOn = (ticks: number) => {
    if (ticks < take) self().sendAfter(TICK, everyMs);
    else self().queueInfo(STOP);
  };
  const definition = producer<number, { ticks: number; consumers: number }>({
    init: () => {
      goOn(0);
      return { ticks: 0, consumers: 0 };
    },
    // Time decides when events come, not demand.
    handleDemand: () => undefined,
    handleInfo: (message, state) => {
      if (message === STOP) return { stop: 'normal' };
      const tick = state.ticks;
      state.ticks += 1;
      goOn(state.ticks);
      return { events: [tick] };
    },
    ...endingWithConsumers<{ ticks: number; consumers: number }>(onCancel),
    ...stageOptionsOf(options),
    bufferSize,
  });
  return understanding(definition, (message) => message === STOP || message === TICK);
}
