import type { PlanView } from '../trace/plan-view.ts';

/** Where two plans first differ, in words; `null` when they are equal. */
export function planDifference(a: PlanView, b: PlanView): string | null {
  return (
    listDifference('stage', a.stages, b.stages) ??
    listDifference('subscription', a.subscriptions, b.subscriptions) ??
    listDifference('supervisor', a.supervisors ?? [], b.supervisors ?? []) ??
    listDifference('flow', a.flows ?? [], b.flows ?? [])
  );
}

function listDifference<T extends { readonly id: string }>(
  what: string,
  a: readonly T[],
  b: readonly T[],
): string | null {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const one = a[i];
    const other = b[i];
    if (!one || !other) return `${a.length} against ${b.length} ${what}s`;
    if (one.id !== other.id) return `${what} "${one.id}" against "${other.id}"`;
    for (const field of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const [own, theirs] = [shown(one, field), shown(other, field)];
      if (own !== theirs) return `${field} of ${what} "${one.id}": ${own} against ${theirs}`;
    }
  }
  return null;
}

/** A field's value as text; equal texts mean equal values, as all of it is plain data. */
function shown(record: object, field: string): string {
  const value: unknown = Reflect.get(record, field);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
