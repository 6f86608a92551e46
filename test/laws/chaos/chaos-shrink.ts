import type { ChaosCase, StagesShape } from './chaos-shapes.ts';

/** The smallest case found that still fails: whatever can be left out of it is. */
export async function shortest(
  failing: ChaosCase,
  fails: (one: ChaosCase) => Promise<boolean>,
): Promise<ChaosCase> {
  for (const simpler of simplerThan(failing)) {
    if (await fails(simpler)) return shortest(simpler, fails);
  }
  return failing;
}

/** Cases that differ by one thing that is not there. */
function* simplerThan(one: ChaosCase): Generator<ChaosCase> {
  for (const faults of without(one.faults, 0)) yield { ...one, faults };
  if (one.workers > 1) yield { ...one, workers: one.workers - 1 };
  const { shape } = one;
  if (shape.type === 'stages') for (const less of simplerShapes(shape)) yield { ...one, shape: less };
}

function* simplerShapes(shape: StagesShape): Generator<StagesShape> {
  if (shape.supervision) yield { ...shape, supervision: null };
  for (const layers of without(shape.layers, 0)) yield { ...shape, layers };
  for (const sinks of without(shape.sinks, 1)) yield { ...shape, sinks };
  for (const sources of without(shape.sources, 1)) yield { ...shape, sources };
  for (const [i, source] of shape.sources.entries()) {
    const less = [
      ...(source.limit > 1 ? [{ ...source, limit: Math.floor(source.limit / 2) }] : []),
      ...(source.slow ? [{ ...source, slow: false }] : []),
      ...(source.extra > 0 ? [{ ...source, extra: 0 }] : []),
    ];
    for (const simpler of less) yield { ...shape, sources: shape.sources.with(i, simpler) };
  }
}

/** The list without each of its items in turn; never fewer than `least` remain. */
function* without<Item>(items: readonly Item[], least: number): Generator<readonly Item[]> {
  if (items.length > least) for (const i of items.keys()) yield items.filter((_, at) => at !== i);
}
