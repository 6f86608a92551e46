import type { SubscriptionId } from '../../ids.ts';
import type { RemoteEnvelope } from '../../stage/message.ts';

/** Batches that are let go by untried, at most, before one is tried again. */
const MAX_UNTRIED = 64;
/** Subscriptions of one line that are known to be in vain; more, and all are tried anew. */
const MAX_KNOWN = 1_000;

interface Effort {
  /** To be let go by untried. */
  left: number;
  /** After the next one in vain. */
  next: number;
}

/**
 * Subscriptions whose events had no compact form: the next ones hardly have one either, and to find that out takes as long as
 * writing them. After each batch in vain twice as many are let go by untried.
 */
export class LostEfforts {
  readonly #known = new Map<SubscriptionId, Effort>();

  /** Whether a batch is to be tried. To be called once for each. */
  isWorthIt(envelopes: readonly RemoteEnvelope[]): boolean {
    if (this.#known.size === 0) return true;
    let isWorthIt = true;
    for (const { message } of envelopes) {
      const effort = message.type === 'events' ? this.#known.get(message.subscription) : undefined;
      if (!effort || effort.left === 0) continue;
      effort.left -= 1;
      isWorthIt = false;
    }
    return isWorthIt;
  }

  /** A batch that was tried had a compact form, or had none. */
  tried(envelopes: readonly RemoteEnvelope[], hadForm: boolean): void {
    if (hadForm && this.#known.size === 0) return;
    for (const { message } of envelopes) {
      if (message.type !== 'events') continue;
      const { subscription } = message;
      if (hadForm) {
        this.#known.delete(subscription);
        continue;
      }
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      const untried = this.#known.get(subscription)?.next ?? 1;
      this.#known.set(subscription, { left: untried, next: Math.min(MAX_UNTRIED, untried * 2) });
    }
  }
}
