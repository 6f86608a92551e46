import type { SubscriptionId } from '../ids.ts';
import { Pictured } from '../trace/trace-value.ts';
import { valueKey } from './by-value.ts';
import { asCalled } from './fuse.ts';
import type { Intake, JoinSide } from './intake.ts';
import type { Join } from './operation.ts';

/** What has come of one key, in the order of arrival. */
class Rows extends Pictured {
  readonly left: unknown[] = [];
  readonly right: unknown[] = [];

  picture(): string {
    return `${this.left.length} left, ${this.right.length} right`;
  }
}

/** All rows of a window by what stands for their keys. Both sides are kept until the window is done. */
export type JoinMemory = Map<unknown, Rows>;

/**
 * Joins two sides by key; keys are equal by value. Each row meets every row of the other side that has its key. A pair is joined as soon
 * as both are there, so pairs come in the order of arrival. With the window's end come rows that met nobody, where the mode
 * keeps them: `null` stands for the missing side.
 *
 * Any row may still find a partner, so all of them are kept until their window is done: what a bounded join holds grows
 * with its input, what a join of event-time windows holds does not.
 *
 * @param waits - Pairs come with the window's end, too. For windows that may still be joined to others, as sessions may: what one
 *   of them gets is then taken once more.
 */
export function joining(
  join: Join,
  sideOf: (upstream: SubscriptionId) => JoinSide,
  waits = false,
): Intake<JoinMemory> {
  const leftKey = asCalled(join.leftKey);
  const rightKey = asCalled(join.rightKey);
  const joined = asCalled(join.join);
  const keepsLeft = join.mode === 'leftOuter' || join.mode === 'fullOuter';
  const keepsRight = join.mode === 'rightOuter' || join.mode === 'fullOuter';
  return {
    create: () => new Map(),
    take(memory, { events, from, to, upstream }, out) {
      const isLeft = sideOf(upstream) === 'left';
      for (let i = from; i < to; i++) {
        const event = events[i];
        const { left, right } = rowsOf(memory, isLeft ? leftKey(event) : rightKey(event));
        if (isLeft) left.push(event);
        else right.push(event);
        if (waits) continue;
        if (isLeft) for (const other of right) out.push(joined(event, other));
        else for (const other of left) out.push(joined(other, event));
      }
    },
    finish(memory, out) {
      if (!waits && !keepsLeft && !keepsRight) return;
      for (const { left, right } of memory.values()) {
        if (waits) for (const row of left) for (const other of right) out.push(joined(row, other));
        if (keepsLeft && right.length === 0) for (const row of left) out.push(joined(row, null));
        if (keepsRight && left.length === 0) for (const row of right) out.push(joined(null, row));
      }
    },
  };
}

function rowsOf(memory: JoinMemory, key: unknown): Rows {
  const id = valueKey(key);
  let rows = memory.get(id);
  if (!rows) {
    rows = new Rows();
    memory.set(id, rows);
  }
  return rows;
}
