import type { SubscriptionId, TraceValue } from 'sluice';
import { edgeOfLife } from 'sluice';
import type { EventRef } from './event-ref.ts';
import type { EventLives } from './event-lives.ts';
import { keyOf, valueText } from './value-label.ts';

/** An event that was found. */
export interface Found {
  readonly name: EventRef;
  readonly value: TraceValue;
}

/** What is looked for. */
export interface Search {
  /** Part of the value as it is written, or of its key; empty: anything. */
  readonly text: string;
  /** On this subscription of the plan; `null`: on any. */
  readonly edge: SubscriptionId | null;
}

/** Events that are looked at, and found, at most. */
const MOST_LOOKED_AT = 200_000;
const VALUE_CHARACTERS = 200;

/** What a search has found, the first events first. */
export interface FoundEvents {
  readonly found: readonly Found[];
  /** There are more of them, or may be. */
  readonly isCut: boolean;
}

/** Events by their value, their key, their subscription. */
export function findEvents(lives: EventLives, { text, edge }: Search, most: number): FoundEvents {
  const wanted = text.trim().toLowerCase();
  const found: Found[] = [];
  let looked = 0;
  for (const link of lives.links) {
    if (edge !== null && edgeOfLife(link.id) !== edge) continue;
    for (const { first, sent } of link.batches) {
      for (const [i, value] of (sent?.events ?? []).entries()) {
        looked += 1;
        if (looked > MOST_LOOKED_AT) return { found, isCut: true };
        if (wanted !== '' && !isLike(value, wanted)) continue;
        if (found.length >= most) return { found, isCut: true };
        found.push({ name: { subscription: link.id, index: first + i }, value });
      }
    }
  }
  return { found, isCut: false };
}

function isLike(value: TraceValue, wanted: string): boolean {
  return (
    valueText(value, VALUE_CHARACTERS).toLowerCase().includes(wanted) ||
    String(keyOf(value) ?? '')
      .toLowerCase()
      .includes(wanted)
  );
}
