import { advanceDraft } from './advance.ts';
import { emptyState, type PipelineState, type ReplayPlan } from './pipeline-state.ts';
import { StateDraft } from './state-draft.ts';
import type { TraceEntry } from './trace-entry.ts';

/** The state after the first `n` entries. For many positions of one trace, keep a {@link Replay}. */
export function replay(plan: ReplayPlan, entries: readonly TraceEntry[], n: number): PipelineState {
  return forward(emptyState(plan), entries, { from: 0, to: n });
}

/** What a replay keeps. */
export interface ReplayLimits {
  /** Entries between two kept states, at first: what going back one entry may cost. */
  readonly spacing: number;
  /** Kept states: of a trace that has more spacings every second one is dropped, and the spacing doubles. */
  readonly checkpoints: number;
}

const LIMITS: ReplayLimits = { spacing: 1_024, checkpoints: 1_024 };

/** Any position of a trace, quickly in both directions, also while the trace still grows. */
export class Replay {
  readonly #plan: ReplayPlan;
  #entries: readonly TraceEntry[];
  readonly #mostCheckpoints: number;
  #spacing: number;
  /** Invariant: `#checkpoints[i]` is the state after the first `i * #spacing` entries. */
  #checkpoints: PipelineState[];
  /** The position asked for last: the next is often its neighbour. */
  #last: { readonly n: number; readonly state: PipelineState };

  constructor(plan: ReplayPlan, entries: readonly TraceEntry[], limits: ReplayLimits = LIMITS) {
    this.#plan = plan;
    this.#spacing = limits.spacing;
    this.#mostCheckpoints = limits.checkpoints;
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
    if (this.#last.n === target) return this.#last.state;
    this.#keepUpTo(target);
    const nearest = Math.floor(target / this.#spacing);
    let from = nearest * this.#spacing;
    let state = this.#checkpoints[nearest] ?? emptyState(this.#plan);
    if (this.#last.n > from && this.#last.n < target) {
      from = this.#last.n;
      state = this.#last.state;
    }
    this.#last = { n: target, state: forward(state, this.#entries, { from, to: target }) };
    return this.#last.state;
  }

  /**
   * Works ahead by about `entries` entries, so that no later jump has to go over all of them at once.
   *
   * @returns Whether there is more to work on.
   */
  prepare(entries: number): boolean {
    const known = (this.#checkpoints.length - 1) * this.#spacing;
    this.#keepUpTo(Math.min(known + Math.max(entries, this.#spacing), this.#entries.length));
    return this.#checkpoints.length * this.#spacing <= this.#entries.length;
  }

  /**
   * Goes on with a longer version of the same trace: entries appended, late ones of another worker inserted near
   * the end. What was computed for the common beginning stays.
   */
  update(entries: readonly TraceEntry[]): void {
    const before = this.#entries;
    // Nothing is ever removed, so an equal entry at the same index means an equal beginning.
    const same = (n: number): boolean => n === 0 || (n <= entries.length && before[n - 1] === entries[n - 1]);
    while (!same((this.#checkpoints.length - 1) * this.#spacing)) this.#checkpoints.pop();
    if (!same(this.#last.n)) this.#last = { n: 0, state: emptyState(this.#plan) };
    this.#entries = entries;
  }

  /** Keeps the states up to a position, as far as they are not kept yet. */
  #keepUpTo(n: number): void {
    let state = this.#checkpoints.at(-1) ?? emptyState(this.#plan);
    for (let from = (this.#checkpoints.length - 1) * this.#spacing; from + this.#spacing <= n;) {
      const to = from + this.#spacing;
      // The position asked for last may lie on the way there.
      const isOnTheWay = this.#last.n > from && this.#last.n <= to;
      state = isOnTheWay
        ? forward(this.#last.state, this.#entries, { from: this.#last.n, to })
        : forward(state, this.#entries, { from, to });
      this.#checkpoints.push(state);
      from = to;
      if (this.#checkpoints.length <= this.#mostCheckpoints) continue;
      this.#checkpoints = this.#checkpoints.filter((_, i) => i % 2 === 0);
      this.#spacing *= 2;
      // The last one may have been dropped.
      from = (this.#checkpoints.length - 1) * this.#spacing;
      state = this.#checkpoints.at(-1) ?? state;
    }
  }
}

/** The state after the entries between two positions, from the state at the first of them. */
function forward(
  state: PipelineState,
  entries: readonly TraceEntry[],
  { from, to }: { readonly from: number; readonly to: number },
): PipelineState {
  const draft = new StateDraft(state);
  const end = Math.min(to, entries.length);
  for (let i = from; i < end; i += 1) {
    const entry = entries[i];
    if (entry) advanceDraft(draft, entry);
  }
  return draft.done();
}
