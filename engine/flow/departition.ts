import type { Slice, WindowId } from '../window/window.ts';
import { ascending } from './ascending.ts';
import { valueKey } from './by-value.ts';
import { asCalled } from './fuse.ts';
import type { Intake } from './intake.ts';
import type { Departing, Departition } from './operation.ts';

/** A window that not every partition is done with. */
interface Merging {
  readonly id: WindowId;
  merged: unknown;
  /** Partitions that are done with it. */
  readonly done: Set<number>;
}

/** Windows under way, by what stands for their ids. */
export type DepartitionMemory = Map<unknown, Merging>;

/** What the stages before have emitted. */
interface DepartingSlice extends Slice {
  readonly events: readonly Departing[];
}

/**
 * Makes one of what all partitions emit, window by window. Every event that a partition emits is merged. When all of them are done
 * with a window, its result goes on as one event, and the window is forgotten. What some partition was never done with comes
 * at the end, in ascending order of windows.
 *
 * It counts on one event per partition and trigger, as Flow does. A partition that emits several when its window is done
 * is done with the first; if no other partition was missing, the next one begins the window anew. A partition that emits none
 * leaves the window open until the end.
 *
 * What it holds is one merged value per window under way.
 */
export function departing(departition: Departition, partitions: number): Intake<DepartitionMemory> {
  const init = asCalled(departition.init);
  const merge = asCalled(departition.merge);
  const result = asCalled(departition.done);
  return {
    create: () => new Map(),
    take(memory, { events, from, to }: DepartingSlice, out) {
      for (let i = from; i < to; i++) {
        const event = events[i];
        if (!event) continue;
        const { id, trigger } = event.firing;
        const key = valueKey(id);
        const window = memory.get(key) ?? { id, merged: init(), done: new Set() };
        memory.set(key, window);
        window.merged = merge(window.merged, event.state);
        if (trigger !== 'done') continue;
        window.done.add(event.partition);
        if (window.done.size < partitions) continue;
        memory.delete(key);
        out.push(result(window.merged, id));
      }
    },
    finish(memory, out) {
      const unfinished = [...memory.values()].sort((a, b) => ascending(placeOf(a.id), placeOf(b.id)));
      for (const { id, merged } of unfinished) out.push(result(merged, id));
      memory.clear();
    },
  };
}

/** Sessions are in order by their time, those of the same time by their keys. */
function placeOf(id: WindowId): unknown {
  return typeof id === 'object' ? [id.start, id.end, id.key] : id;
}
