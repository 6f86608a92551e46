import type { PlanView, StageId, TraceEntry } from 'sluice';
import { greatest, mean } from 'd3-array';
import { StageSharesLog, type StageShares } from '../../view/stage-shares.ts';
import { throughputOf, type Throughput } from '../../view/throughput.ts';
import { holdUp, mostHeldUp, type Bottleneck } from './hold-up.ts';

/** What of a run can be compared with another one. */
export interface WhatIfFigures {
  readonly plan: PlanView;
  readonly throughput: Throughput;
  readonly bottleneck: Bottleneck;
  /** By stage of the program: how busy it was, on average over its copies; 0 to 1. */
  readonly busy: ReadonlyMap<StageId, number>;
}

/** A run as it is, and with a stage started once more. */
export interface WhatIfResult {
  readonly stage: StageId;
  readonly before: WhatIfFigures;
  readonly after: WhatIfFigures;
  /** Events per second after, as a multiple of those before; `null` where one of them is not known. */
  readonly gain: number | null;
}

/** The figures of a whole run. */
export function figuresOf(plan: PlanView, entries: readonly TraceEntry[]): WhatIfFigures {
  const log = new StageSharesLog(plan);
  log.update(entries);
  const span = { fromMs: 0, toMs: entries.at(-1)?.atMs ?? 0 };
  const sharesOf = (stage: StageId): StageShares | null => log.shares(stage, span);
  const subject = mostHeldUp(plan, sharesOf) ?? plan.stages[0]?.id;
  const busy = new Map<StageId, number>();
  for (const { id, copyOf } of plan.stages) {
    if (copyOf !== undefined) continue;
    const all = plan.stages.filter((stage) => stage.id === id || stage.copyOf === id);
    busy.set(id, mean(all, (stage) => sharesOf(stage.id)?.busy ?? 0) ?? 0);
  }
  return {
    plan,
    throughput: throughputOf(plan, entries),
    bottleneck: subject === undefined ? { type: 'none' } : holdUp(log, span, subject).bottleneck,
    busy,
  };
}

export function compared(stage: StageId, before: WhatIfFigures, after: WhatIfFigures): WhatIfResult {
  const [was, is] = [before.throughput.perSecond, after.throughput.perSecond];
  return { stage, before, after, gain: was === null || is === null || was === 0 ? null : is / was };
}

/** More than this much, up or down, is a change. */
const CHANGE = 1.1;

/** What follows from it, in words. */
export function gainWords({ stage, before, after, gain }: WhatIfResult): string {
  const [was, is] = [nameOf(before.bottleneck, before.plan), nameOf(after.bottleneck, after.plan)];
  if (gain === null) return `Too few events came through to say what a second ${stage} changes.`;
  const moved =
    is === null
      ? 'Nobody holds anybody up for long any more.'
      : is === was
        ? `The bottleneck is still ${is}.`
        : `The bottleneck is now ${is}.`;
  if (gain >= CHANGE) return `${gain.toFixed(1)} times as many events get through. ${moved}`;
  if (gain <= 1 / CHANGE) return `Fewer events get through: ${gain.toFixed(2)} times as many. ${moved}`;
  const why =
    was === stage
      ? 'A second worker helps only if the machine has a processor to spare for it, or if it waits rather than computes.'
      : `${stage} was not what held the others up.`;
  return `Hardly anything changes. ${why}`;
}

/** The stage of the program that is the bottleneck, or the way between two; `null`: nobody. */
export function nameOf(bottleneck: Bottleneck, plan: PlanView): string | null {
  switch (bottleneck.type) {
    case 'stage':
      return plan.stages.find(({ id }) => id === bottleneck.id)?.copyOf ?? bottleneck.id;
    case 'link': {
      const link = plan.subscriptions.find(({ id }) => id === bottleneck.id);
      return link ? `the way from ${link.producer} to ${link.consumer}` : bottleneck.id;
    }
    case 'none':
      return null;
  }
}

/** The stage that was busiest; `null` where there is none. */
export function busiest({ busy }: WhatIfFigures): StageId | null {
  return greatest(busy, ([, share]) => share)?.[0] ?? null;
}
