import { Window } from '../window/window-builder.ts';
import { emissionOf, reductionOf, type Draft } from './draft.ts';
import type { BatchMapper, LayerSpec, Mapper } from './operation.ts';
import { keyFunction } from './routing.ts';

const GLOBAL = Window.global().spec;

/** What the stages of a layer do. */
export function layerSpec(draft: Draft, departs: boolean): LayerSpec {
  const { origin, options, operations } = draft;
  const window = options.window ?? GLOBAL;
  return {
    batchMappers: operations.filter((operation): operation is BatchMapper => operation.type === 'mapBatch'),
    intake:
      origin.type === 'join'
        ? { type: 'join', join: origin.join }
        : origin.type === 'departition'
          ? { type: 'departition', ...origin.departition }
          : null,
    mappers: operations.filter(isMapper),
    reduction: reductionOf(draft),
    // What departs is merged whole, unless the program says what is to be emitted (FL-081).
    emission: emissionOf(draft) ?? { type: departs ? 'state' : 'events' },
    window,
    departs,
    partitionKey: window.type === 'session' && window.key === null ? partitionKey(draft) : null,
    onInit: options.onInit ?? null,
  };
}

function partitionKey({ origin }: Draft): LayerSpec['partitionKey'] {
  if (origin.type !== 'flows' || origin.routing.written !== 'partition') return null;
  return keyFunction(origin.routing.key);
}

function isMapper(operation: { readonly type: string }): operation is Mapper {
  return !['mapBatch', 'reduction', 'emission'].includes(operation.type);
}
