import { EngineError, didYouMean } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { Demand, Dispatched, Dispatcher, DispatcherSpec } from './dispatcher.ts';

const KEYS = ['name', 'create', 'partitions', 'checksPlan'];
const METHODS = ['subscribe', 'ask', 'cancel', 'dispatch'];

/**
 * Makes a dispatcher of your own fit for `dispatcher:` of a producer or producerConsumer.
 *
 * @throws {EngineError} `bad_dispatcher`.
 * @example
 * // First come, first served: whoever has subscribed earlier is given all it asked for before the next gets anything.
 * const firstCome = defineDispatcher({
 *   name: 'first come',
 *   create: () => {
 *     const open = new Map<string, number>();
 *     return {
 *       subscribe: (id) => (open.set(id, 0), 0),
 *       ask: (id, count) => (open.set(id, (open.get(id) ?? 0) + count), count),
 *       cancel: (id) => (open.delete(id), 0),
 *       dispatch: (events) => {
 *         const deliveries: Delivery<unknown>[] = [];
 *         let leftover = events;
 *         for (const [to, count] of open) {
 *           const batch = leftover.slice(0, count);
 *           if (batch.length > 0) deliveries.push({ to, events: batch });
 *           open.set(to, count - batch.length);
 *           leftover = leftover.slice(batch.length);
 *         }
 *         return { deliveries, leftover };
 *       },
 *     };
 *   },
 * });
 */
export function defineDispatcher(spec: DispatcherSpec): DispatcherSpec {
  const given: unknown = spec;
  if (!isRecord(given)) throw bad('this dispatcher', 'an object with name and create', given);
  const { name, create, partitions, checksPlan } = given;
  if (typeof name !== 'string' || name === '')
    throw bad('this dispatcher', 'one with a name, a text that is not empty', name);
  if (typeof create !== 'function') throw bad(`"${name}"`, 'one with create, a function', create);
  if (partitions !== undefined && !(Array.isArray(partitions) && partitions.every(isPartitionName)))
    throw bad(`"${name}"`, 'one whose partitions are a list of texts and numbers', partitions);
  if (checksPlan !== undefined && typeof checksPlan !== 'boolean')
    throw bad(`"${name}"`, 'one whose checksPlan is true or false', checksPlan);
  for (const key of Object.keys(given)) {
    if (KEYS.includes(key)) continue;
    throw bad(`"${name}"`, `one with nothing but ${KEYS.join(', ')}${didYouMean(key, KEYS)}`, key);
  }
  return spec;
}

/**
 * What `create` has returned, if it can dispatch.
 *
 * @throws {EngineError} `bad_dispatcher`.
 */
export function checkDispatcher(name: string, created: Dispatcher<unknown>): Dispatcher<unknown> {
  const given: unknown = created;
  if (typeof given !== 'object' || given === null)
    throw bad(`"${name}"`, 'one whose create returns an object with its methods', given);
  for (const method of METHODS) {
    const found: unknown = Reflect.get(given, method);
    if (typeof found !== 'function') throw bad(`"${name}"`, `one with ${method}, a function`, found);
  }
  const info: unknown = Reflect.get(given, 'info');
  if (info !== undefined && typeof info !== 'function')
    throw bad(`"${name}"`, 'one whose info, if there is any, is a function', info);
  return created;
}

/** The demand in an answer of `subscribe`, `ask` or `cancel`; `null` if it is no integer >= 0. */
export function demandIn(answer: Demand<unknown>): number | null {
  const demand: unknown = isRecord(answer) ? answer.demand : answer;
  return typeof demand === 'number' && Number.isInteger(demand) && demand >= 0 ? demand : null;
}

/** Whether `dispatch` has answered with the two lists it must. */
export function isDispatched(answer: Dispatched<unknown>): boolean {
  const given: unknown = answer;
  return isRecord(given) && Array.isArray(given['deliveries']) && Array.isArray(given['leftover']);
}

function bad(dispatcher: string, requirement: string, received: unknown): EngineError {
  return new EngineError('bad_dispatcher', { dispatcher, requirement, received: describe(received) });
}

function isPartitionName(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
