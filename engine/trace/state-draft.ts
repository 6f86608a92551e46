import type { Seq } from '../ids.ts';
import type {
  FlowState,
  PipelineState,
  StageState,
  SubscriptionState,
  SupervisorState,
} from './pipeline-state.ts';
import type { TraceEntry } from './trace-entry.ts';

/**
 * A moment that is worked on: many entries change what it has copied once, so that going over a long trace costs little
 * more than looking at each entry. The state it began with, and those it has given out, stay as they are.
 */
export class StateDraft {
  readonly stages: Drafted<StageState>;
  readonly subscriptions: Drafted<SubscriptionState>;
  readonly supervisors: Drafted<SupervisorState>;
  readonly flows: Drafted<FlowState>;
  #lastSeq: Seq;
  #atMs: number;

  constructor({ stages, subscriptions, supervisors, flows, lastSeq, atMs }: PipelineState) {
    this.stages = new Drafted(stages);
    this.subscriptions = new Drafted(subscriptions);
    this.supervisors = new Drafted(supervisors);
    this.flows = new Drafted(flows);
    this.#lastSeq = lastSeq;
    this.#atMs = atMs;
  }

  /** The moment is now that of this entry. */
  pass({ seq, atMs }: TraceEntry): void {
    this.#lastSeq = seq;
    if (atMs > this.#atMs) this.#atMs = atMs;
  }

  /** The moment as it is. What changes afterwards is copied anew. */
  done(): PipelineState {
    return {
      stages: this.stages.done(),
      subscriptions: this.subscriptions.done(),
      supervisors: this.supervisors.done(),
      flows: this.flows.done(),
      lastSeq: this.#lastSeq,
      atMs: this.#atMs,
    };
  }
}

/** Things by their names, of which each is copied before its first change. */
class Drafted<Thing extends object> {
  #base: Readonly<Record<string, Thing>>;
  /** Copies that nobody else has; `null` while there are none. */
  #own: Map<string, Thing> | null = null;

  constructor(base: Readonly<Record<string, Thing>>) {
    this.#base = base;
  }

  /** Only to be looked at: a later change may change it in place. */
  get(id: string): Thing | undefined {
    return this.#own?.get(id) ?? this.#base[id];
  }

  get ids(): readonly string[] {
    return this.#own === null
      ? Object.keys(this.#base)
      : [...new Set([...Object.keys(this.#base), ...this.#own.keys()])];
  }

  /** Puts `thing` in the place of what has this name. */
  set(id: string, thing: Thing): void {
    this.#own ??= new Map();
    // A copy: what was given may be somebody else's.
    this.#own.set(id, { ...thing });
  }

  /** Changes what has this name, or `absent` where nothing has. */
  change(id: string, change: Partial<Thing>, absent?: Thing): void {
    let own = this.#own?.get(id);
    if (own === undefined) {
      const known = this.#base[id] ?? absent;
      if (known === undefined) return;
      own = { ...known };
      this.#own ??= new Map();
      this.#own.set(id, own);
    }
    Object.assign(own, change);
  }

  done(): Readonly<Record<string, Thing>> {
    if (this.#own === null) return this.#base;
    this.#base = { ...this.#base, ...Object.fromEntries(this.#own) };
    this.#own = null;
    return this.#base;
  }
}
