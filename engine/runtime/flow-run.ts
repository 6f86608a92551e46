import { EngineError } from '../errors.ts';
import { runFlowsWith, type FlowRunOptions, type FlowRunner } from '../flow/flow-runner.ts';
import type { StageId } from '../ids.ts';
import { consumer } from '../stage/define.ts';
import type { Reason } from '../stage/definition.ts';
import { laterTurns } from '../time/later.ts';
import { realScheduler, type Scheduler } from '../time/scheduler.ts';
import { describe } from '../trace/trace-value.ts';
import { flowProgress } from './flow-progress.ts';
import { Handover } from './handover.ts';
import type { StageCrash } from './host-options.ts';
import { LocalRun } from './local-run.ts';
import { planOfFlow } from './pipeline.ts';
import type { Plan } from './plan.ts';
import { surroundings } from './surroundings.ts';

/** The flow of such a run. */
const FLOW: StageId = 'flow';
/** How often progress is told, ms. */
const PROGRESS_MS = 100;
/** Taken hold of as the engine is loaded: a program may find neither later on. */
const later = laterTurns();
const scheduler: Scheduler = realScheduler();

/**
 * Runs flows in this thread, each in a run of its own: what `flow.run()`, `flow.toArray()` and `for await` do. Whoever receives
 * asks for 1,000 events at most and again at 500, whatever the demand of the flow's own layers (FL-186).
 */
export const localFlows: FlowRunner = {
  async run(flow, options) {
    await new FlowRun(planOfFlow(flow, null), options).done;
  },

  async toArray(flow, options) {
    const all: unknown[] = [];
    const collect = consumer<unknown>({
      handleEvents: (events) => {
        for (const event of events) all.push(event);
      },
    });
    await new FlowRun(planOfFlow(flow, collect), options).done;
    return all;
  },

  async *iterate(flow, options) {
    const handover = new Handover<unknown>();
    const hand = consumer<unknown>({
      handleEvents: async (events) => ((await handover.offer(events)) ? {} : { stop: 'normal' }),
    });
    const run = new FlowRun(planOfFlow(flow, hand), options);
    const close = () => handover.close();
    run.done.then(close, close);
    try {
      for (let batch = await handover.next(); batch; batch = await handover.next()) {
        for (const event of batch) {
          options?.signal?.throwIfAborted();
          yield event;
        }
      }
      await run.done;
    } finally {
      handover.close();
      await run.leave();
    }
  },
};

runFlowsWith(localFlows);

const GUEST_SCHEDULER: Scheduler = {
  nowMs: () => scheduler.nowMs(),
  after: (delayMs, action) => scheduler.after(delayMs, () => asGuest(action)),
};

/** One run of one flow, from its beginning to its end. */
class FlowRun {
  /** Rejects when the flow has not come to a good end, with what was thrown as its cause (FL-172), or when it is aborted. */
  readonly done: Promise<void>;
  readonly #run: LocalRun;
  readonly #plan: Plan;
  readonly #options: FlowRunOptions;
  /** The first failure: the others follow from it. */
  #crash: (StageCrash & { readonly stage: StageId }) | null = null;
  /** How the flow itself has ended; `null` as long as it has not. */
  #end: { readonly reason: Reason } | null = null;
  #cancelProgress: () => void = () => undefined;

  constructor(plan: Plan, options: FlowRunOptions = {}) {
    const { signal } = options;
    signal?.throwIfAborted();
    this.#plan = plan;
    this.#options = options;
    const putBack = surroundings();
    this.#run = new LocalRun(plan, {
      // The code of another run may be waiting for this one: between two turns everything is as it was for it.
      later: (turn) => later(() => asGuest(turn)),
      scheduler: GUEST_SCHEDULER,
      onCrash: (stage, crash) => (this.#crash ??= { stage, ...crash }),
      onEnded: (id, reason) => {
        if (id === FLOW) this.#end = { reason };
      },
    });
    putBack();
    const abort = () => this.#run.stop();
    signal?.addEventListener('abort', abort, { once: true });
    this.#tellProgressLater();
    this.done = this.#run.done.then(() => {
      signal?.removeEventListener('abort', abort);
      this.#cancelProgress();
      this.#tellProgress();
      signal?.throwIfAborted();
      this.#complain();
    });
  }

  /** Nobody reads any more: what is left winds down, whatever it comes to. */
  async leave(): Promise<void> {
    this.#run.windDown();
    // Whoever has left does not want to hear of what comes after.
    await this.done.catch(() => undefined);
  }

  #complain(): void {
    if (this.#crash) {
      const { stage, error } = this.#crash;
      const problem = error instanceof Error ? `${error.name}: ${error.message}` : describe(error);
      throw new EngineError('flow_failed', { stage, problem }, { cause: error });
    }
    if (this.#end === null) throw new EngineError('flow_unended', { stages: this.#running() });
    const { reason } = this.#end;
    if (reason === 'normal') return;
    throw new EngineError('flow_failed', { stage: FLOW, problem: `an end with ${describe(reason)}` });
  }

  #running(): string {
    const running = this.#run.counters().stages.filter(({ status }) => status === 'waiting');
    return running.map(({ stage }) => `"${stage}"`).join(', ');
  }

  #tellProgressLater(): void {
    if (!this.#options.onProgress) return;
    this.#cancelProgress = scheduler.after(PROGRESS_MS, () => {
      this.#tellProgress();
      this.#tellProgressLater();
    });
  }

  #tellProgress(): void {
    const [progress] = flowProgress(this.#plan.flows, this.#run.counters().stages);
    if (progress) this.#options.onProgress?.(progress);
  }
}

/** Has a turn of this thread between those of another run, perhaps. */
function asGuest(turn: () => void): void {
  const putBack = surroundings();
  try {
    turn();
  } finally {
    putBack();
  }
}
