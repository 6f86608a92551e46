import type { PlanView, StageId } from 'sluice';
import type { RunView } from '../../sandbox/run-view.ts';
import type { RunHost } from '../run-host.ts';
import { compared, figuresOf, type WhatIfFigures, type WhatIfResult } from './comparison.ts';

/** Where the question stands what a second worker would change. */
export type WhatIfStatus =
  | { readonly type: 'open' }
  | {
      readonly type: 'running';
      readonly stage: StageId;
      readonly what: 'before' | 'after';
      readonly events: number;
    }
  | { readonly type: 'done'; readonly result: WhatIfResult }
  | { readonly type: 'failed'; readonly says: string };

/** The question what one run would be with a stage started twice, and its answer: it stays as long as the run does. */
export class WhatIf {
  status: WhatIfStatus = $state.raw({ type: 'open' });
  #abort: AbortController | null = null;
  /** Of the run as it is, made under the same conditions: aside, at full speed, with nothing drawn. */
  #before: WhatIfFigures | null = null;

  /** Runs the program as it is, the first time, and then with a second `stage`. */
  async ask(stage: StageId, run: RunView, host: RunHost): Promise<void> {
    const { rerun } = host;
    if (!rerun || !run.plan) return;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const { signal } = abort;
    const tell = (what: 'before' | 'after') => (view: RunView) => {
      if (!signal.aborted) this.status = { type: 'running', stage, what, events: handledIn(view) };
    };
    try {
      if (this.#before === null) {
        this.status = { type: 'running', stage, what: 'before', events: 0 };
        this.#before = figures(await rerun({}, { signal, onView: tell('before') }));
      }
      if (signal.aborted) return;
      this.status = { type: 'running', stage, what: 'after', events: 0 };
      const after = figures(await rerun({ copies: { [stage]: 2 } }, { signal, onView: tell('after') }));
      if (signal.aborted) return;
      this.status = { type: 'done', result: compared(stage, this.#before, after) };
    } catch (error) {
      if (signal.aborted) return;
      this.status = { type: 'failed', says: error instanceof Error ? error.message : String(error) };
    }
  }

  stop(): void {
    this.#abort?.abort();
    this.status = { type: 'open' };
  }
}

/** @throws {Error} why the run has no figures, in words. */
function figures({ status, plan, entries, problems }: RunView): WhatIfFigures {
  const [problem] = problems.filter(({ severity }) => severity === 'error');
  if (status === 'failed') throw new Error(problem?.message ?? 'The run failed');
  if (!plan || entries.length === 0) throw new Error('The run was ended before anything happened');
  return figuresOf(plan, entries);
}

/** Events that all stages together have handled. */
function handledIn({ stages }: RunView): number {
  return stages.reduce((sum, { handled }) => sum + handled, 0);
}

const answers = new WeakMap<PlanView, WhatIf>();

/** The question of one run; each run has a plan of its own. */
export function whatIfOf(plan: PlanView): WhatIf {
  const known = answers.get(plan) ?? new WhatIf();
  answers.set(plan, known);
  return known;
}
