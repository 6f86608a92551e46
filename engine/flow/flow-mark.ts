import type { Draft } from './draft.ts';

/** Marks flows, so that a second copy of the engine recognizes those of the first. */
export const FLOW: unique symbol = Symbol.for('sluice.flow');

/** Any flow, as the engine reads it. */
export interface Drafted {
  readonly [FLOW]: true;
  readonly draft: Draft;
}

/** Whether it is a flow, of this engine or another copy of it. */
export function isFlow(value: unknown): value is Drafted {
  return typeof value === 'object' && value !== null && FLOW in value;
}
