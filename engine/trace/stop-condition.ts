import { EngineError, didYouMean } from '../errors.ts';
import type { Seq, StageId, SubscriptionId } from '../ids.ts';
import type { TraceValue } from './trace-entry.ts';
import { describe } from './trace-value.ts';

/** At what a run stops. A subscription is meant as the plan has it, in all lives of its stages. */
export type StopCondition =
  /** At least so many events wait at a stage: on their way to it or in its mailbox, in hand, in its buffer or dispatcher. */
  | { readonly kind: 'depth'; readonly stage: StageId; readonly atLeast: number }
  /** What is asked for and not handled comes to exactly so many events, and stays there for so long (default: 0 ms). */
  | {
      readonly kind: 'pending';
      readonly subscription: SubscriptionId;
      readonly is: number;
      readonly forMs?: number;
    }
  /**
   * An event is sent on a subscription, or handled or emitted by a stage, whose part at `path` (`user.name`, `0`; empty: the
   * event itself) reads `equals`.
   */
  | {
      readonly kind: 'value';
      readonly of: { readonly subscription: SubscriptionId } | { readonly stage: StageId };
      readonly path: string;
      readonly equals: string;
    }
  /** A window of a stage, or of any, fires. */
  | { readonly kind: 'window'; readonly stage?: StageId };

/** A condition has begun to hold. */
export interface StopHit {
  readonly condition: StopCondition;
  /** The entry at which it did; of one that must hold for a while, the latest entry of that while. */
  readonly seq: Seq;
  readonly atMs: number;
  /** What was there: how many wait or are pending, the event, the id of the window. */
  readonly seen: TraceValue;
}

/** What conditions may speak of. */
export interface StopNames {
  readonly stages: readonly StageId[];
  readonly subscriptions: readonly SubscriptionId[];
}

/** Conditions of one run, at most. */
export const MAX_STOP_CONDITIONS = 50;

const KINDS = ['depth', 'pending', 'value', 'window'] as const satisfies readonly StopCondition['kind'][];

/**
 * A value of unknown origin as conditions.
 *
 * @param names - What there is; left out: any name will do.
 * @throws {EngineError} `stop_condition`, naming the field, what it must be and what it is.
 */
export function readStopConditions(value: unknown, names?: StopNames): readonly StopCondition[] {
  if (!Array.isArray(value) || value.length > MAX_STOP_CONDITIONS) {
    throw refused('stopWhen', `an array of at most ${MAX_STOP_CONDITIONS} conditions`, value);
  }
  return value.map((each: unknown, i) => readStopCondition(each, `stopWhen[${i}]`, names));
}

/**
 * A value of unknown origin as one condition.
 *
 * @throws {EngineError} `stop_condition`.
 */
export function readStopCondition(value: unknown, at: string, names?: StopNames): StopCondition {
  const read = new ConditionFields(value, at, names);
  const kind = read.kind();
  switch (kind) {
    case 'depth':
      return { kind, stage: read.stage(), atLeast: read.count('atLeast', 1) };
    case 'pending':
      return {
        kind,
        subscription: read.subscription(),
        is: read.count('is', 0),
        ...(read.has('forMs') && { forMs: read.count('forMs', 0) }),
      };
    case 'value': {
      const of = read.inner('of');
      return {
        kind,
        of: of.has('stage') ? { stage: of.stage() } : { subscription: of.subscription() },
        path: read.text('path'),
        equals: read.text('equals'),
      };
    }
    case 'window':
      return { kind, ...(read.has('stage') && { stage: read.stage() }) };
  }
}

/** The fields of one condition, each checked as it is read. */
class ConditionFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #at: string;
  readonly #names: StopNames | undefined;

  constructor(value: unknown, at: string, names: StopNames | undefined) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refused(at, 'a record such as { kind: "depth", stage: "save", atLeast: 50 }', value);
    }
    this.#fields = { ...value };
    this.#at = at;
    this.#names = names;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  inner(name: string): ConditionFields {
    return new ConditionFields(this.#fields[name], `${this.#at}.${name}`, this.#names);
  }

  kind(): StopCondition['kind'] {
    const given = this.#fields['kind'];
    const known = KINDS.find((one) => one === given);
    if (known) return known;
    const near = typeof given === 'string' ? didYouMean(given, KINDS) : '';
    throw refused(`${this.#at}.kind`, `one of ${KINDS.join(', ')}`, given, near);
  }

  text(name: string): string {
    const given = this.#fields[name];
    if (typeof given === 'string') return given;
    throw refused(`${this.#at}.${name}`, 'a string', given);
  }

  count(name: string, least: number): number {
    const given = this.#fields[name];
    if (typeof given === 'number' && Number.isSafeInteger(given) && given >= least) return given;
    throw refused(`${this.#at}.${name}`, `an integer >= ${least}`, given);
  }

  stage(): StageId {
    return this.#known('stage', 'a stage of the program', this.#names?.stages);
  }

  subscription(): SubscriptionId {
    return this.#known('subscription', 'a subscription of the program', this.#names?.subscriptions);
  }

  #known(name: string, what: string, known: readonly string[] | undefined): string {
    const given = this.text(name);
    if (!known || known.includes(given)) return given;
    throw refused(`${this.#at}.${name}`, `${what} (${known.join(', ')})`, given, didYouMean(given, known));
  }
}

function refused(at: string, requirement: string, received: unknown, nearest = ''): EngineError {
  return new EngineError('stop_condition', { at, requirement, received: describe(received), nearest });
}
