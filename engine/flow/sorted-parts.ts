import { emissionOf, type Draft, type Operation } from './draft.ts';
import { elementsOf } from './emission.ts';
import { hasState, takeStep } from './emitting-step.ts';
import type { Departition, Emission } from './operation.ts';
import { takeSorting, type Compare } from './take-sort.ts';

/**
 * What `takeSort` makes of a flow: what each partition would emit at a trigger it emits as one sorted list, and the lists of
 * all partitions become one.
 */
export function sortedParts<Item>(
  draft: Draft,
  count: number,
  compare: Compare<Item>,
): { readonly flow: Draft; readonly departition: Departition } {
  const emission = emissionOf(draft);
  const { onTrigger, ...departition } = takeSorting(count, compare, emittedBy<Item>(emission));
  const sorted: Emission =
    emission?.type === 'onTrigger'
      ? {
          type: 'onTrigger',
          fn: (state, stage, firing) => {
            const events: unknown[] = [];
            const answer = emission.fn(state, stage, firing);
            const next = takeStep('onTrigger', answer, state, events);
            return { ...onTrigger(events), ...(hasState(answer) && { state: next }) };
          },
        }
      : { type: 'onTrigger', fn: onTrigger };
  return {
    flow: {
      ...draft,
      operations: [
        ...draft.operations.filter(({ type }) => type !== 'emission').map(inLists),
        {
          type: 'emission',
          emission: sorted,
          ...(emission?.type !== 'onTrigger' && { implied: true as const }),
        },
      ],
    },
    departition,
  };
}

/** What is emitted on the way comes as lists, too: of one element each. */
function inLists(operation: Operation): Operation {
  if (operation.type !== 'reduction' || operation.reduction.type !== 'emitAndReduce') return operation;
  const { fn, ...reduction } = operation.reduction;
  const listing: typeof fn = (state, event) => {
    const emitted: unknown[] = [];
    const next = takeStep('emitAndReduce', fn(state, event), state, emitted);
    return { events: emitted.map((element) => [element]), state: next };
  };
  return { type: 'reduction', reduction: { ...reduction, fn: listing } };
}

/** What would be emitted of what `takeSort` gets at a trigger: the state, or the events that `onTrigger` made of it. */
function emittedBy<Item>(emission: Emission | null): (given: unknown) => Iterable<Item> {
  // What a layer emits has the type that its flow says.
  return emitted(emission) as (given: unknown) => Iterable<Item>;
}

function emitted(emission: Emission | null): (given: unknown) => Iterable<unknown> {
  switch (emission?.type) {
    case 'state':
      return (state) => [state];
    case 'nothing':
      return () => [];
    default:
      return elementsOf;
  }
}
