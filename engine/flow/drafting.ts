import { EngineError, didYouMean } from '../errors.ts';
import { describe } from '../trace/trace-value.ts';
import { emissionOf, reductionOf, writtenAs, type Draft, type Operation, type Origin } from './draft.ts';
import type { BatchMapper, Emission, Mapper, Reduction } from './operation.ts';
import { checkFunction } from './options.ts';

const EMITS = ['events', 'state', 'nothing'] as const;

/** A flow that nothing was said about yet. */
export const EMPTY: Draft = { origin: { type: 'none' }, options: {}, operations: [] };

/**
 * Adds an operator that handles one event after the other.
 *
 * @throws {EngineError} `flow_not_function`, `flow_after_reduction`, `flow_after_into`.
 */
export function withMapper(draft: Draft, mapper: Mapper): Draft {
  checkFunction(mapper.type, 'its argument', mapper.type === 'uniq' ? mapper.by : mapper.fn);
  checkNotReduced(draft, mapper.type);
  return withOperation(draft, mapper);
}

/**
 * Adds an operator that handles batches as they come.
 *
 * @throws {EngineError} `flow_not_function`, `flow_batch_mapper_first`, `flow_after_into`.
 */
export function withBatchMapper(draft: Draft, mapper: BatchMapper): Draft {
  checkFunction(mapper.type, 'its argument', mapper.fn);
  const before = draft.operations.find(({ type }) => type !== 'mapBatch');
  if (before) throw new EngineError('flow_batch_mapper_first', { before: writtenAs(before) });
  return withOperation(draft, mapper);
}

/**
 * Adds what reduces the events of the layer.
 *
 * @throws {EngineError} `flow_not_function`, `flow_reduced_twice`, `flow_after_into`.
 */
export function withReduction(draft: Draft, reduction: Reduction): Draft {
  const operation: Operation = { type: 'reduction', reduction };
  const operator = writtenAs(operation);
  checkFunction(operator, 'the first state', reduction.init);
  checkFunction(operator, 'the reducer', reduction.fn);
  const before = reductionOf(draft);
  if (before) {
    const written = writtenAs({ type: 'reduction', reduction: before });
    throw new EngineError('flow_reduced_twice', { operator, before: written });
  }
  return withOperation(draft, operation);
}

/**
 * Says what the layer emits when it fires.
 *
 * @throws {EngineError} `flow_not_function`, `flow_emit_unknown`, `flow_needs_reduction`, `flow_emission_twice`, `flow_after_into`.
 */
export function withEmission(draft: Draft, emission: Emission): Draft {
  const operation: Operation = { type: 'emission', emission };
  const operator = writtenAs(operation);
  if (emission.type === 'onTrigger') checkFunction(operator, 'its argument', emission.fn);
  else checkEmit(emission.type);
  checkReduced(draft, operator);
  const before = emissionOf(draft);
  if (before) {
    const written = writtenAs({ type: 'emission', emission: before });
    throw new EngineError('flow_emission_twice', { operator, before: written });
  }
  return withOperation(draft, operation);
}

/**
 * Refuses an operator that works on the state of a reduction where there is none.
 *
 * @throws {EngineError} `flow_needs_reduction`.
 */
export function checkReduced(draft: Draft, operator: string): void {
  if (!reductionOf(draft)) throw new EngineError('flow_needs_reduction', { operator });
}

/** Begins a new layer behind others. @throws {EngineError} `flow_after_into`. */
export function newLayer(operator: string, origin: Origin, options: Draft['options']): Draft {
  for (const before of draftsBefore(origin)) checkOpen(before, operator);
  return { origin, options, operations: [], written: [new Error()] };
}

/** Layers that feed the one of this origin. */
function draftsBefore(origin: Origin): readonly Draft[] {
  switch (origin.type) {
    case 'none':
    case 'sources':
    case 'stages':
      return [];
    case 'flows':
      return origin.flows;
    case 'join':
      return [origin.left, origin.right];
    case 'departition':
    case 'throughStages':
    case 'throughSpecs':
    case 'into':
      return [origin.flow];
  }
}

function withOperation(draft: Draft, operation: Operation): Draft {
  checkOpen(draft, writtenAs(operation));
  return {
    ...draft,
    operations: [...draft.operations, operation],
    written: [...(draft.written ?? []), new Error()],
  };
}

function checkOpen({ origin }: Draft, operator: string): void {
  if (origin.type === 'into') throw new EngineError('flow_after_into', { operator });
}

function checkNotReduced(draft: Draft, operator: string): void {
  const reduction = reductionOf(draft);
  if (!reduction) return;
  throw new EngineError('flow_after_reduction', {
    operator,
    reduction: writtenAs({ type: 'reduction', reduction }),
  });
}

/** A program in JavaScript may give anything. */
function checkEmit(what: unknown): void {
  if (EMITS.some((known) => known === what)) return;
  const nearest = typeof what === 'string' ? didYouMean(what, EMITS) : '';
  throw new EngineError('flow_emit_unknown', { received: describe(what), nearest });
}
