/* eslint-disable no-console -- it stands for a program that prints */
import { consumer } from '../stage/define.ts';
import type { StageDefinition } from '../stage/definition.ts';
import { Pictured } from '../trace/trace-value.ts';

/** Events that are printed, at most. */
const MAX_PRINTED = 1_000;

/** What prints the events of a flow that is a program's default export; how many more there were it says at the end. */
export function output(): StageDefinition {
  return consumer<unknown, Printed>({
    init: () => new Printed(),
    handleSubscribe: (_peer, _options, printed) => {
      printed.producers += 1;
    },
    handleEvents: (events, printed) => {
      for (const event of events.slice(0, Math.max(0, MAX_PRINTED - printed.count))) console.log(event);
      printed.count += events.length;
    },
    handleCancel: (_end, printed) => {
      printed.producers -= 1;
      if (printed.producers > 0) return undefined;
      if (printed.count > MAX_PRINTED) console.log(`… and ${printed.count - MAX_PRINTED} more`);
      return { stop: 'normal' };
    },
  });
}

/** What has been printed. Its picture is empty: how many events a stage has handled is shown of every stage. */
class Printed extends Pictured {
  /** Events so far. */
  count = 0;
  /** Subscriptions that go on. */
  producers = 0;

  picture(): unknown {
    return null;
  }
}
