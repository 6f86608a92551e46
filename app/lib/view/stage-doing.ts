import type { LinkNow, StageNow } from './stages-now.ts';

/**
 * What a stage's time goes into:
 *
 * - `busy`: one of its callbacks runs, or sleeps and has not returned; a child of it runs.
 * - `noAsk`: it could send, and those who subscribe to it have asked for nothing: it is held up from downstream.
 * - `noEvents`: it has asked, and nothing comes: it is held up from upstream.
 * - `onTheWay`: what it waits for has been sent, and travels or lies in its mailbox.
 * - `outside`: a producer that was asked and has nothing yet, as what it reads from comes too slowly.
 * - `frozen`: it was told to take no messages.
 * - `gone`: it does not run, before its start, after its end or between two lives; or it was asked and never sends again.
 */
export const DOINGS = ['busy', 'noAsk', 'noEvents', 'onTheWay', 'outside', 'frozen', 'gone'] as const;

export type StageDoing = (typeof DOINGS)[number];

/** What there is on a subscription that somebody waits for: what is under way, or an ask for what waits to be sent on it alone. */
export const LINK_DOINGS = ['awaited', 'queued', 'quiet'] as const;

export type LinkDoing = (typeof LINK_DOINGS)[number];

/** What a stage is doing; one that nobody knows of is gone. */
export function doingOf(stage: StageNow | undefined): StageDoing {
  if (!stage?.isAlive) return 'gone';
  if (isBusy(stage)) return 'busy';
  if (stage.isFrozen) return 'frozen';
  const { kind } = stage.view;
  const hasToSend = kind === 'producer' || stage.inHand + stage.buffered > 0;
  if (kind !== 'consumer' && demandOn(stage) <= 0 && hasToSend)
    return stage.asking > 0 ? 'onTheWay' : 'noAsk';
  if (stage.arriving > 0 || stage.inHand > 0) return 'onTheWay';
  return kind === 'producer' ? 'outside' : 'noEvents';
}

/** Whether one of its callbacks, or a child of it, runs. */
export function isBusy({ isRunning, children }: StageNow): boolean {
  return isRunning || children > 0;
}

/**
 * Whether a stage has something to pass on that nobody asks for: the rule of the picture's `blocked`. Whether it runs, and is
 * busy, is another question.
 */
export function isBlocked({ view, open, buffered, arriving, inHand }: StageNow): boolean {
  if (view.kind === 'consumer' || open > 0) return false;
  return buffered > 0 || (view.kind === 'producerConsumer' && arriving + inHand > 0);
}

/** What somebody at either end of a subscription waits for. */
export function linkDoingOf({ consumer, producer, arriving, asking, queued }: LinkNow): LinkDoing {
  const isAwaited =
    (arriving > 0 && doingOf(consumer) === 'onTheWay') || (asking > 0 && doingOf(producer) === 'onTheWay');
  if (isAwaited) return 'awaited';
  return queued > 0 ? 'queued' : 'quiet';
}

/** What is asked of a stage and not yet sent, as far as it may send: a broadcast goes at the pace of the slowest. */
function demandOn(stage: StageNow): number {
  if (stage.view.dispatcher !== 'broadcast') return stage.open;
  let least = Infinity;
  for (const { producer, isOverAtProducer, open } of stage.links) {
    if (producer === stage && !isOverAtProducer) least = Math.min(least, open);
  }
  return least < Infinity ? least : stage.open;
}
