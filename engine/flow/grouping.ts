import { MAX_PICTURED, Pictured } from '../trace/trace-value.ts';
import { iterableOf, pairOf, wrongAnswer } from './answers.ts';
import { valueKey } from './by-value.ts';
import { asCalled } from './fuse.ts';
import type { Reduction, StateView } from './operation.ts';

type ReduceReduction = Extract<Reduction, { readonly type: 'reduce' }>;

/**
 * What `group`, `groupBy` and `groupByKey` are: a reduction to a Map of keys and their values, the latest first (FL-044,
 * FL-045). Keys are equal by value; the first of equal keys is the one in the Map.
 *
 * @param by - Of `groupByKey`, which takes pairs: `null`.
 */
export function grouping(
  written: 'group' | 'groupBy' | 'groupByKey',
  by: {
    readonly key: (event: never) => unknown;
    readonly value: (event: never) => unknown;
  } | null,
): ReduceReduction {
  const key = by && asCalled(by.key);
  const value = by && asCalled(by.value);
  return {
    type: 'reduce',
    written,
    init: () => new Groups(),
    fn: (groups: Groups, event: unknown) => {
      if (key && value) groups.add(key(event), value(event));
      else groups.add(...pairOf(event, written));
      return groups;
    },
    view: VIEW,
  };
}

/** Values by key in the order of their arrival, to which it is cheap to add. */
class Groups extends Pictured {
  readonly values = new Map<unknown, unknown[]>();
  /** The keys that are no primitives, by what stands for them. */
  readonly #keys = new Map<unknown, unknown>();

  add(key: unknown, value: unknown): void {
    this.of(key).push(value);
  }

  /** The values of a key; none yet, if it is new. */
  of(key: unknown): unknown[] {
    const known = typeof key === 'object' && key !== null ? this.#known(key) : key;
    const values = this.values.get(known);
    if (values) return values;
    const first: unknown[] = [];
    this.values.set(known, first);
    return first;
  }

  picture(): unknown {
    const shown = new Map<unknown, unknown>();
    for (const [key, values] of this.values) {
      if (shown.size === MAX_PICTURED) break;
      shown.set(key, values.slice(-MAX_PICTURED).reverse());
    }
    return shown;
  }

  #known(key: object): unknown {
    const id = valueKey(key);
    if (!this.#keys.has(id)) this.#keys.set(id, key);
    return this.#keys.get(id);
  }
}

const VIEW: StateView = {
  show(groups, last) {
    const { values } = groupsOf(groups);
    if (!last) return new Map(Array.from(values, ([key, list]) => [key, list.toReversed()]));
    for (const list of values.values()) list.reverse();
    return values;
  },
  resume(shown) {
    if (!(shown instanceof Map)) {
      throw wrongAnswer(
        'onTrigger',
        'a Map of keys and values as its state, which is what groupBy adds to',
        shown,
      );
    }
    const groups = new Groups();
    for (const [key, list] of shown) {
      const values = groups.of(key);
      // One by one: a list may be longer than a call may have arguments.
      for (const value of [...iterableOf(list, 'onTrigger')].reverse()) values.push(value);
    }
    return groups;
  },
};

/** States are made by `init` and `resume` alone. */
function groupsOf(state: unknown): Groups {
  if (state instanceof Groups) return state;
  throw wrongAnswer('groupBy', 'a Map of keys and values as its state', state);
}
