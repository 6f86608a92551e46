import type { DispatcherSpec } from '../dispatcher/dispatcher.ts';
import { partitionByKey, partitionDispatcher } from '../dispatcher/partition-dispatcher.ts';
import { EngineError } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import type { Draft, Routing } from './draft.ts';
import { asCalled } from './fuse.ts';
import type { Join } from './operation.ts';

/** How the stages of a layer get their events from the layer before. */
export interface Feed {
  /** `null`: whoever asks. */
  readonly dispatcher: DispatcherSpec | null;
  /** Feeds that send every event the same way have the same parts. */
  readonly parts: readonly unknown[];
}

/** Whoever asks. */
export const BY_DEMAND: Feed = { dispatcher: null, parts: [] };

/** Whether events go the same way, so that a layer between the two that does nothing need not be. */
export function isSameFeed(a: Feed, b: Feed): boolean {
  return a.parts.length === b.parts.length && a.parts.every((part, i) => Object.is(part, b.parts[i]));
}

/** The feed that a dispatcher of the program's makes. */
export function feedOf(dispatcher: DispatcherSpec | undefined): Feed {
  if (!dispatcher) return BY_DEMAND;
  // Two of these do the same, whenever they were made.
  if (dispatcher.name === 'demand') return { dispatcher, parts: [] };
  if (dispatcher.name === 'broadcast') return { dispatcher, parts: [dispatcher.name] };
  return { dispatcher, parts: [dispatcher] };
}

/**
 * How `stages` stages get the events of flows that come together.
 *
 * @throws {EngineError} `flow_key`, `flow_hash`.
 */
export function routingFeed(routing: Routing, { options }: Draft, stages: number): Feed {
  if (options.dispatcher) return feedOf(options.dispatcher);
  switch (routing.written) {
    case 'shuffle':
      return BY_DEMAND;
    case 'merge':
      return feedOf(routing.dispatcher);
    case 'partition':
      // One stage gets everything: neither key nor hash is looked at (FL-063).
      return stages === 1 ? BY_DEMAND : partitionFeed(routing, stages);
  }
}

/** Rows with equal keys of both sides meet in the same stage. */
export function joinFeed(key: Join['leftKey'], stages: number): Feed {
  return { dispatcher: partitionByKey(stages, asCalled(key)), parts: ['join', stages, key] };
}

/**
 * What says whose event it is: the events of a partition, for sessions without a key of their own.
 *
 * @throws {EngineError} `flow_key`.
 */
export function keyFunction(key: unknown): ((event: unknown) => unknown) | null {
  if (key === undefined) return null;
  if (typeof key === 'string' || (typeof key === 'number' && Number.isInteger(key) && key >= 0)) {
    return (event) => {
      if (typeof event === 'object' && event !== null && key in event) return Reflect.get(event, key);
      throw new EngineError('flow_key_missing', { key: describe(key), received: describe(event) });
    };
  }
  if (isFunction(key)) return key;
  throw new EngineError('flow_key', { received: describe(key) });
}

function partitionFeed(
  { key, hash }: Extract<Routing, { readonly written: 'partition' }>,
  stages: number,
): Feed {
  const parts = ['partition', stages, key, hash];
  if (hash === undefined) return { dispatcher: partitionByKey(stages, keyFunction(key)), parts };
  if (!isHash(hash)) throw new EngineError('flow_hash', { received: describe(hash) });
  return { dispatcher: partitionDispatcher({ partitions: stages, hash }), parts };
}

function isFunction(value: unknown): value is (event: unknown) => unknown {
  return typeof value === 'function';
}

/** What it answers with is looked at by the dispatcher. */
function isHash(value: unknown): value is (event: unknown) => readonly [unknown, number] {
  return typeof value === 'function';
}
