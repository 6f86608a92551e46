import { advance } from './advance.ts';
import { emptyState, type PipelineState, type ReplayPlan } from './pipeline-state.ts';
import type { TraceEntry } from './trace-entry.ts';

/** The state after the first `n` entries. For many positions of one trace, keep a {@link Replay}. */
export function replay(plan: ReplayPlan, entries: readonly TraceEntry[], n: number): PipelineState {
  let state = emptyState(plan);
  for (const entry of entries.slice(0, n)) state = advance(state, entry);
  return state;
}

/** Entries between two kept states: what going back one entry may cost. */
const CHECKPOINT_ENTRIES = 256;

/** Any position of a trace, quickly in both directions, also while the trace still grows. */
export class Replay {
  readonly #plan: ReplayPlan;
  #entries: readonly TraceEntry[];
  /** Invariant: `#checkpoints[i]` is the state after the first `i * CHECKPOINT_ENTRIES` entries. */
  readonly #checkpoints: PipelineState[];
  /** The position asked for last: the next is often its neighbour. */
  #last: { readonly n: number; readonly state: PipelineState };

  constructor(plan: ReplayPlan, entries: readonly TraceEntry[]) {
    this.#plan = plan;
    this.#entries = entries;
    const start = emptyState(plan);
    this.#checkpoints = [start];
    this.#last = { n: 0, state: start };
  }

  /** Positions are 0 (nothing happened) to this. */
  get length(): number {
    return this.#entries.length;
  }

  /** The state after the first `n` entries; `n` is clamped to what there is. */
  at(n: number): PipelineState {
    const target = Math.min(Math.max(Math.trunc(n), 0), this.#entries.length);
    const nearest = Math.min(Math.floor(target / CHECKPOINT_ENTRIES), this.#checkpoints.length - 1);
    let position = nearest * CHECKPOINT_ENTRIES;
    let state = this.#checkpoints[nearest] ?? emptyState(this.#plan);
    if (this.#last.n > position && this.#last.n <= target) {
      position = this.#last.n;
      state = this.#last.state;
    }
    for (; position < target; position += 1) {
      const entry = this.#entries[position];
      if (!entry) break;
      state = advance(state, entry);
      const applied = position + 1;
      if (applied === this.#checkpoints.length * CHECKPOINT_ENTRIES) this.#checkpoints.push(state);
    }
    this.#last = { n: target, state };
    return state;
  }

  /**
   * Goes on with a longer version of the same trace: entries appended, late ones of another worker inserted near
   * the end. What was computed for the common beginning stays.
   */
  update(entries: readonly TraceEntry[]): void {
    const before = this.#entries;
    // Nothing is ever removed, so an equal entry at the same index means an equal beginning.
    const same = (n: number): boolean => n === 0 || (n <= entries.length && before[n - 1] === entries[n - 1]);
    while (!same((this.#checkpoints.length - 1) * CHECKPOINT_ENTRIES)) this.#checkpoints.pop();
    if (!same(this.#last.n)) this.#last = { n: 0, state: emptyState(this.#plan) };
    this.#entries = entries;
  }
}
