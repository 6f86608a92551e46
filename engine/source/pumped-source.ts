import { producer } from '../stage/define.ts';
import type { Producer } from '../stage/definition.ts';
import { self } from '../stage/self.ts';
import { isArrival } from './arrival.ts';
import { Pump, type Reader } from './pump.ts';
import {
  STOP,
  checkCount,
  checkSourceOptions,
  endingWithConsumers,
  stageOptionsOf,
  understanding,
  type SourceOptions,
} from './source-options.ts';

/** Options of a source that is read from outside of the run. */
export interface PumpedOptions extends SourceOptions {
  /** Events to read at most; the source ends with the last of them. Integer >= 0; default Infinity. */
  readonly take?: number;
}

/**
 * Defines a producer of what a reader reads: never more than is wanted, and what came at once as one batch.
 *
 * @param at - The function that learners call, for errors.
 * @param open - Makes the reader, when the first event is wanted.
 * @throws {EngineError} `option_unknown`, `option_out_of_range`.
 */
export function pumpedSource<Event>(
  at: string,
  open: () => Reader<Event>,
  options: PumpedOptions,
): Producer<void, Event> {
  checkSourceOptions(at, options, ['take']);
  const { onCancel, take = Infinity } = options;
  checkCount(at, 'take', take);
  const emit = (pump: Pump<Event>, events: readonly Event[]) => {
    // Sent before the events, and handled behind those of them that nobody wants yet (GS-202).
    if (pump.takeEnd()) self().queueInfo(STOP);
    return { events };
  };
  const definition = producer<Event, Pump<Event>>({
    init: () => new Pump(open, take),
    handleDemand: (demand, pump) => emit(pump, pump.want(demand)),
    handleInfo: (message, pump) => (message === STOP ? { stop: 'normal' } : emit(pump, pump.take())),
    ...endingWithConsumers<Pump<Event>>(onCancel),
    ...stageOptionsOf(options),
  });
  return understanding(definition, (message) => message === STOP || isArrival(message));
}
