/* eslint-disable no-console -- it stands for a program that prints */
import { consumer } from '../stage/define.ts';
import type { StageDefinition } from '../stage/definition.ts';

/** Events that are printed, at most. */
const MAX_PRINTED = 1_000;

/** What prints the events of a flow that is a program's default export; how many more there were it says at the end. */
export function output(): StageDefinition {
  return consumer<unknown, Printed>({
    init: () => ({ count: 0, producers: 0 }),
    handleSubscribe: (_peer, _options, { count, producers }) => ({
      state: { count, producers: producers + 1 },
    }),
    handleEvents: (events, { count, producers }) => {
      for (const event of events.slice(0, Math.max(0, MAX_PRINTED - count))) console.log(event);
      return { state: { count: count + events.length, producers } };
    },
    handleCancel: (_end, { count, producers }) => {
      const state = { count, producers: producers - 1 };
      if (state.producers > 0) return { state };
      if (count > MAX_PRINTED) console.log(`… and ${count - MAX_PRINTED} more`);
      return { state, stop: 'normal' };
    },
  });
}

interface Printed {
  /** Events so far. */
  readonly count: number;
  /** Subscriptions that go on. */
  readonly producers: number;
}
