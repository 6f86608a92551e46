import type { TraceValue } from 'sluice';

/** Whether two values of traces are the same, member by member; the order of a record's fields does not matter. */
export function isSameValue(one: TraceValue | undefined, other: TraceValue | undefined): boolean {
  if (one === other) return true;
  if (typeof one === 'number' && typeof other === 'number') return Object.is(one, other);
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return false;
  if (isList(one) || isList(other)) {
    return (
      isList(one) &&
      isList(other) &&
      one.length === other.length &&
      one.every((own, i) => isSameValue(own, other[i]))
    );
  }
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameValue(one[name], other[name]))
  );
}

function isList(value: TraceValue): value is readonly TraceValue[] {
  return Array.isArray(value);
}
