import { EngineError } from '../errors.ts';
import type { SubscriptionId } from '../ids.ts';
import type { DemandMode } from '../stage/self.ts';
import type { StageSnapshot } from '../stage/stage-report.ts';
import { Fields } from '../trace/fields.ts';
import { describe } from '../trace/trace-value.ts';

/** What came of a subscription that was made from outside. */
export type Subscribed =
  | { readonly ok: true; readonly subscription: SubscriptionId }
  /** `bad_opts`: its options are wrong; `not_a_consumer`: the stage receives no events. The consumer lives on. */
  | { readonly ok: false; readonly refused: 'bad_opts' | 'not_a_consumer'; readonly message: string };

/**
 * What a consumer answered that was to subscribe.
 *
 * @throws {EngineError} `field_damaged`.
 */
export function parseSubscribed(answer: unknown): Subscribed {
  const [outcome, detail]: readonly unknown[] = Array.isArray(answer) ? answer : [];
  if (outcome === 'ok' && typeof detail === 'string') return { ok: true, subscription: detail };
  const [reason, text]: readonly unknown[] = Array.isArray(detail) ? detail : [detail];
  if (outcome === 'error' && reason === 'bad_opts' && typeof text === 'string') {
    return { ok: false, refused: reason, message: text };
  }
  if (outcome === 'error' && reason === 'not_a_consumer') {
    return { ok: false, refused: reason, message: 'A producer receives no events, so it cannot subscribe' };
  }
  throw damaged('answer', '["ok", subscription] or ["error", reason]', answer);
}

/**
 * The demand mode a stage answered with.
 *
 * @throws {EngineError} `field_damaged`.
 */
export function parseDemandMode(answer: unknown): DemandMode {
  if (answer === 'forward' || answer === 'accumulate') return answer;
  throw damaged('answer', '"forward" or "accumulate"', answer);
}

/**
 * A number of events.
 *
 * @throws {EngineError} `field_damaged`.
 */
export function parseCount(answer: unknown): number {
  if (typeof answer === 'number') return answer;
  throw damaged('answer', 'a number', answer);
}

/**
 * A stage as it stands inside; `null` when it is not there.
 *
 * @throws {EngineError} `field_damaged`.
 */
export function parseSnapshot(answer: unknown): StageSnapshot | null {
  if (answer === null) return null;
  const f = new Fields(answer, '');
  return {
    state: f.value('state'),
    buffered: f.number('buffered'),
    queued: f.number('queued'),
    wanted: f.number('wanted'),
    mode: f.oneOf('mode', ['forward', 'accumulate']),
    consumers: f.texts('consumers'),
    producers: f.numbers('producers'),
    frozen: f.truth('frozen'),
  };
}

function damaged(field: string, expected: string, received: unknown): EngineError {
  return new EngineError('field_damaged', { field, expected, received: describe(received) });
}
