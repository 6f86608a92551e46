import type { CallbackName, Seq, StageId } from 'sluice';
import { plural } from '../value-label.ts';
import type { Detector, Finding } from './detector.ts';

/** What a producer keeps when nobody has said how much. */
const DEFAULT_BUFFER = 10_000;

interface Overflow {
  readonly stage: StageId;
  readonly limit: number;
  readonly at: Seq;
  count: number;
}

/**
 * A source that sends by itself and whose buffer ran over, losing events. Where somebody has chosen a smaller buffer than is
 * usual, losing them is meant: only the newest readings count there. What `handleDemand` sends too much is not looked at here.
 */
export const overflow: Detector = {
  misconceptions: ['push-needs-no-answer', 'bigger-buffer-cures'],
  watch(plan) {
    const limits = new Map(
      plan.stages.flatMap(({ id, kind, bufferSize }) =>
        kind === 'producer' && bufferSize !== null && bufferSize >= DEFAULT_BUFFER
          ? [[id, bufferSize] as const]
          : [],
      ),
    );
    const callbacks = new Map<StageId, CallbackName>();
    let lost: Overflow | null = null;
    return {
      types: limits.size > 0 ? ['begin', 'discard'] : [],
      take(entry) {
        const limit = limits.get(entry.stage);
        if (limit === undefined) return;
        if (entry.type === 'begin') callbacks.set(entry.stage, entry.callback);
        if (entry.type !== 'discard' || callbacks.get(entry.stage) === 'handleDemand') return;
        lost ??= { stage: entry.stage, limit, at: entry.seq, count: 0 };
        if (lost.stage === entry.stage) lost.count += entry.count;
      },
      finding: () => lost && lostEvents(lost),
    };
  },
};

function lostEvents({ stage, limit, at, count }: Overflow): Finding {
  const isChosen = limit > DEFAULT_BUFFER;
  return {
    misconception: isChosen ? 'bigger-buffer-cures' : 'push-needs-no-answer',
    says: `The buffer of “${stage}” holds ${plural(limit, 'event')}, and ran over: ${plural(count, 'event')} ${count === 1 ? 'was' : 'were'} lost.`,
    hints: [
      `Follow how many events wait in the buffer of “${stage}”, up to the moment at which the first was dropped.`,
      isChosen
        ? 'A larger buffer only takes longer to fill: where more comes in than goes out for long, no size is enough.'
        : 'Whoever sends without being asked will outrun somebody. Demand lets the slowest stage set the pace.',
      `Let “${stage}” make its events in handleDemand, as many as are wanted. If the world does not wait, decide what may be lost (bufferSize, bufferKeep), or let more consumers share the work.`,
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}
