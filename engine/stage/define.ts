import type { StageKind } from '../trace/trace-entry.ts';
import { checkDefinition } from './definition-check.ts';
import type {
  Consumer,
  ConsumerCallbacks,
  Producer,
  ProducerCallbacks,
  ProducerConsumer,
  ProducerConsumerCallbacks,
  StageCallbacks,
  StageDefinition,
  StageOptions,
} from './definition.ts';

/**
 * Defines a stage that makes events when there is demand for them.
 *
 * @throws {EngineError} `definition_unknown_key`, `definition_missing_callback`, `definition_not_function`,
 *   `option_out_of_range`.
 * @example
 * const numbers = producer({
 *   init: (first: number) => first,
 *   handleDemand: (demand, next) => ({
 *     events: Array.from({ length: demand }, (_, i) => next + i),
 *     state: next + demand,
 *   }),
 * });
 */
export function producer<Event = never, State = undefined, Arg = void>(
  definition: ProducerCallbacks<Arg, State, Event> & Omit<StageOptions, 'subscribeTo'>,
): Producer<Arg, Event> {
  return define('producer', definition);
}

/**
 * Defines a stage that receives events and sends others on.
 *
 * @throws {EngineError} as {@link producer}.
 * @example
 * const evens = producerConsumer({
 *   handleEvents: (events: number[]) => ({ events: events.filter((n) => n % 2 === 0) }),
 * });
 */
export function producerConsumer<In = unknown, Out = never, State = undefined, Arg = void>(
  definition: ProducerConsumerCallbacks<Arg, State, In, Out> & Omit<StageOptions, 'demand'>,
): ProducerConsumer<Arg, In, Out> {
  return define('producerConsumer', definition);
}

/**
 * Defines a stage that receives events and sends none.
 *
 * @throws {EngineError} as {@link producer}.
 * @example
 * const printer = consumer({
 *   handleEvents: (events: number[]) => {
 *     for (const n of events) console.log('Received', n);
 *   },
 * });
 */
export function consumer<In = unknown, State = undefined, Arg = void>(
  definition: ConsumerCallbacks<Arg, State, In> & Pick<StageOptions, 'subscribeTo'>,
): Consumer<Arg, In> {
  return define('consumer', definition);
}

/** The phantom members never exist at run time, so this is the one place that claims them. */
function define<Defined extends StageDefinition>(
  kind: StageKind,
  given: StageCallbacks & StageOptions,
): Defined {
  return checkDefinition(kind, given) as Defined;
}
