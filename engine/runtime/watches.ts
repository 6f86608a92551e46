import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { Reason } from '../stage/definition.ts';
import type { Deliveries } from './deliveries.ts';
import type { Hosted } from './hosted.ts';

/** One end of a subscription waits for the end of the other, on whatever worker that runs. */
export class Watches {
  readonly #deliveries: Deliveries;

  constructor(deliveries: Deliveries) {
    this.#deliveries = deliveries;
  }

  /**
   * Sends `down` to `watcher` when `watched` ends; at once with `"noproc"` if it is not there.
   *
   * @param life - The life to watch; left out: whichever runs.
   */
  watch(
    watcher: StageId,
    watched: StageId,
    { subscription, life }: { readonly subscription: SubscriptionId; readonly life?: number | undefined },
  ): void {
    const deliveries = this.#deliveries;
    deliveries.hosted.get(watcher)?.watching.set(subscription, watched);
    const hosted = deliveries.hosted.get(watched);
    const message = { type: 'watch', subscription, ...(life !== undefined && { life }) } as const;
    const order = { to: watched, from: watcher, cause: null, message };
    if (!hosted && deliveries.isAwaited(watched)) deliveries.await(order);
    else if (!hosted && deliveries.workerOf(watched) !== undefined) deliveries.post(order);
    else if (hosted?.process.isAlive && (life === undefined || life === hosted.life)) {
      hosted.watchers.set(subscription, watcher);
    } else {
      // What the watcher still sends it was meant for nobody.
      if (life === undefined) hosted?.past.add(subscription);
      this.#down(watcher, watched, { subscription, reason: 'noproc', cause: null });
    }
  }

  /** Ends a watch and removes its `down` if that still waits in the watcher's mailbox. */
  unwatch(watcher: StageId, watched: StageId, subscription: SubscriptionId): void {
    const { hosted } = this.#deliveries;
    const own = hosted.get(watcher);
    own?.watching.delete(subscription);
    own?.mailbox.removeDown(subscription);
    if (hosted.has(watched)) this.forget(watched, watcher, subscription);
    else if (!this.#deliveries.isAwaited(watched)) {
      const message = { type: 'unwatch', subscription } as const;
      this.#deliveries.post({ to: watched, from: watcher, cause: null, message });
    }
  }

  /** A watch of a stage of this worker is over. */
  forget(watched: StageId, watcher: StageId | null, subscription: SubscriptionId): void {
    const hosted = this.#deliveries.hosted.get(watched);
    if (!hosted) return;
    hosted.past.delete(subscription);
    if (hosted.watchers.get(subscription) === watcher) hosted.watchers.delete(subscription);
  }

  /** Something of this worker has ended: all who watch it hear of it, and it watches nobody any more. */
  ended(hosted: Hosted, reason: Reason, cause: Seq | null): void {
    const { id, watchers, watching, past } = hosted;
    for (const [subscription, watcher] of watchers) {
      past.add(subscription);
      this.#down(watcher, id, { subscription, reason, cause });
    }
    watchers.clear();
    for (const [subscription, watched] of watching) this.unwatch(id, watched, subscription);
  }

  /** A worker is gone: those who watch what ran there hear of its end, and what it watched is watched no more. */
  lose(isGone: (stage: StageId) => boolean, causeOf: (stage: StageId) => Seq): void {
    for (const { id, watchers, watching, process } of this.#deliveries.hosted.values()) {
      for (const [subscription, watcher] of watchers) if (isGone(watcher)) watchers.delete(subscription);
      if (!process.isAlive) continue;
      for (const [subscription, watched] of watching) {
        if (!isGone(watched)) continue;
        watching.delete(subscription);
        this.#down(id, watched, { subscription, reason: 'killed', cause: causeOf(watched) });
      }
    }
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
