import type { SubscriptionView } from 'sluice';

/** "+100 ms", "+1 s". */
export function delayText(delayMs: number): string {
  return delayMs >= 1_000 ? `+${Number((delayMs / 1_000).toFixed(1))} s` : `+${Math.round(delayMs)} ms`;
}

/** "the link from numbers to printer". */
export function linkText({ producer, consumer }: SubscriptionView): string {
  return `the link from ${producer} to ${consumer}`;
}
