import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import type { Deliveries } from './deliveries.ts';

/** One end of a subscription waits for the end of the other, on whatever worker that runs. */
export class Watches {
  readonly #deliveries: Deliveries;

  constructor(deliveries: Deliveries) {
    this.#deliveries = deliveries;
  }

  /** Sends `down` to `watcher` when `watched` ends; at once with `"noproc"` if it is not there. */
  watch(watcher: StageId, watched: StageId, subscription: SubscriptionId): void {
    const deliveries = this.#deliveries;
    const hosted = deliveries.hosted.get(watched);
    const order = {
      to: watched,
      from: watcher,
      cause: null,
      message: { type: 'watch', subscription },
    } as const;
    if (hosted?.stage.isAlive) hosted.watchers.set(subscription, watcher);
    else if (deliveries.isAwaited(watched)) deliveries.await(order);
    else if (!hosted && deliveries.workerOf(watched) !== undefined) deliveries.post(order);
    else this.#down(watcher, watched, { subscription, reason: 'noproc', cause: null });
  }

  /** Ends a watch and removes its `down` if that still waits in the watcher's mailbox. */
  unwatch(watcher: StageId, watched: StageId, subscription: SubscriptionId): void {
    const { hosted } = this.#deliveries;
    const there = hosted.get(watched);
    if (there) this.forget(watched, watcher, subscription);
    else if (!this.#deliveries.isAwaited(watched)) {
      this.#deliveries.post({
        to: watched,
        from: watcher,
        cause: null,
        message: { type: 'unwatch', subscription },
      });
    }
    hosted.get(watcher)?.mailbox.removeDown(subscription);
  }

  /** A watch of a stage of this worker is over. */
  forget(watched: StageId, watcher: StageId | null, subscription: SubscriptionId): void {
    const watchers = this.#deliveries.hosted.get(watched)?.watchers;
    if (watchers?.get(subscription) === watcher) watchers?.delete(subscription);
  }

  /** A stage of this worker has ended: all who watch it hear of it. */
  ended(stage: StageId, reason: Reason, cause: Seq | null): void {
    const watchers = this.#deliveries.hosted.get(stage)?.watchers;
    if (!watchers) return;
    for (const [subscription, watcher] of watchers) {
      this.#down(watcher, stage, { subscription, reason, cause });
    }
    watchers.clear();
  }

  #down(
    watcher: StageId,
    watched: StageId,
    down: { readonly subscription: SubscriptionId; readonly reason: Reason; readonly cause: Seq | null },
  ): void {
    const { subscription, reason, cause } = down;
    const message = { type: 'down', subscription, reason } as const;
    this.#deliveries.deliver({ to: watcher, from: watched, cause, message });
  }
}
