import type { PlanView } from '../trace/plan-view.ts';

/** Where two plans first differ, in words; `null` when they are equal. */
export function planDifference(a: PlanView, b: PlanView): string | null {
  return (
    listDifference('stage', a.stages, b.stages) ??
    listDifference('subscription', a.subscriptions, b.subscriptions)
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
    const fields = Object.entries(other);
    for (const [field, value] of Object.entries(one)) {
      const theirs = fields.find(([name]) => name === field)?.[1];
      if (theirs !== value)
        return `${field} of ${what} "${one.id}": ${String(value)} against ${String(theirs)}`;
    }
  }
  return null;
}
