import { parseEntry } from './codec.ts';
import { ColumnFields, type Numbers, type NumbersOrNull } from './column-fields.ts';
import { columnsOf } from './entry-columns.ts';
import { Fields } from './fields.ts';
import { MAX_WORKERS, refuseDepth, refuseName, refuseRepeated } from './refused.ts';
import type { TraceEntry, TraceValue } from './trace-entry.ts';

/**
 * Entries of a recording, column by column and known to be as they must be. Plain data that crosses to another thread quickly:
 * numbers lie in blocks of memory, and what was said once is there once. {@link BlockEntries} makes entries of it.
 */
export interface EntryBlock {
  readonly seq: Numbers;
  readonly atMs: Numbers;
  readonly worker: Numbers;
  /** Which of `names`. */
  readonly stage: Numbers;
  readonly cause: NumbersOrNull;
  /** Which of `kinds`. Those of one kind stand there in the same order as here. */
  readonly kind: Numbers;
  readonly kinds: readonly KindColumns[];
  /** Of stages and subscriptions. */
  readonly names: readonly string[];
}

type Values = readonly TraceValue[];
type Lists = readonly Values[];

/** What entries of one kind hold beside what all entries do; `subscription`: which of the names. */
export type KindColumns =
  | { readonly of: 'ask'; readonly subscription: Numbers; readonly count: Numbers; readonly pending: Numbers }
  | { readonly of: 'asked'; readonly subscription: Numbers; readonly count: Numbers; readonly open: Numbers }
  | {
      readonly of: 'dispatch';
      readonly subscription: Numbers;
      readonly first: Numbers;
      readonly count: Numbers;
      readonly events: Lists;
      readonly open: Numbers;
    }
  | {
      readonly of: 'deliver';
      readonly subscription: Numbers;
      readonly first: Numbers;
      readonly count: Numbers;
    }
  | { readonly of: 'begin handleDemand'; readonly demand: Numbers }
  | {
      readonly of: 'begin handleEvents';
      readonly subscription: Numbers;
      readonly count: Numbers;
      readonly events: Lists;
    }
  | {
      readonly of: 'end handleDemand';
      readonly count: Numbers;
      readonly emitted: Lists;
      readonly state: Values;
    }
  | {
      readonly of: 'end handleEvents';
      readonly count: Numbers;
      readonly emitted: Lists;
      readonly state: Values;
      readonly pending: Numbers;
    }
  | { readonly of: 'buffer'; readonly added: Numbers; readonly size: Numbers; readonly limit: NumbersOrNull }
  | { readonly of: 'unbuffer'; readonly removed: Numbers; readonly size: Numbers }
  /** All others, as they are. */
  | { readonly of: 'others'; readonly entries: readonly TraceEntry[] };

/** The kinds that a long trace mostly consists of, by their fields in the order of the alphabet. */
const COMMON: Readonly<Record<string, (own: ColumnFields) => KindColumns>> = {
  'ask: count pending subscription': (own) => ({
    of: 'ask',
    subscription: own.named('subscription'),
    count: own.numbers('count'),
    pending: own.numbers('pending'),
  }),
  'asked: count open subscription': (own) => ({
    of: 'asked',
    subscription: own.named('subscription'),
    count: own.numbers('count'),
    open: own.numbers('open'),
  }),
  'dispatch: count events first open subscription': (own) => ({
    of: 'dispatch',
    subscription: own.named('subscription'),
    first: own.numbers('first'),
    count: own.numbers('count'),
    events: own.lists('events'),
    open: own.numbers('open'),
  }),
  'deliver: count first subscription': (own) => ({
    of: 'deliver',
    subscription: own.named('subscription'),
    first: own.numbers('first'),
    count: own.numbers('count'),
  }),
  'begin handleDemand: demand': (own) => ({ of: 'begin handleDemand', demand: own.numbers('demand') }),
  'begin handleEvents: count events subscription': (own) => ({
    of: 'begin handleEvents',
    subscription: own.named('subscription'),
    count: own.numbers('count'),
    events: own.lists('events'),
  }),
  'end handleDemand: count emitted state': (own) => ({
    of: 'end handleDemand',
    count: own.numbers('count'),
    emitted: own.lists('emitted'),
    state: own.values('state'),
  }),
  'end handleEvents: count emitted pending state': (own) => ({
    of: 'end handleEvents',
    count: own.numbers('count'),
    emitted: own.lists('emitted'),
    state: own.values('state'),
    pending: own.numbers('pending'),
  }),
  'buffer: added limit size': (own) => ({
    of: 'buffer',
    added: own.numbers('added'),
    size: own.numbers('size'),
    limit: own.numbersOrNull('limit'),
  }),
  'unbuffer: removed size': (own) => ({
    of: 'unbuffer',
    removed: own.numbers('removed'),
    size: own.numbers('size'),
  }),
};

/** Entries of one block; a writer makes far smaller ones. */
const MAX_BLOCK = 65_536;

const PARSERS = new Map(Object.entries(COMMON));
const KIND_FIELDS = ['type', 'callback'];

/** Whether a line of a recording holds a block of entries. */
export function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'kinds');
}

/**
 * A value of unknown origin as a block.
 *
 * @throws {EngineError} `field_damaged`; an Error that says what else is wrong.
 */
export function parseBlock(value: unknown): EntryBlock {
  const fields = new Fields(value, '');
  const { length } = fields.items('seq', (seq) => seq);
  if (length > MAX_BLOCK) throw new Error(`it has more than ${MAX_BLOCK} entries`);
  const names = fields.texts('names');
  for (const name of names) {
    refuseName('a stage or a subscription', name);
    refuseRepeated('a name', name, length);
  }
  const kinds = fields.list('kinds', (kind) => kind.own());
  if (kinds.length > length) throw new Error('it has more kinds than entries');
  const all = new ColumnFields(fields.own(), '', { length, names: names.length });
  const base = {
    seq: positions(all.numbers('seq')),
    atMs: times(all.numbers('atMs')),
    worker: all.indexes('worker', MAX_WORKERS, 'the index of a worker'),
    stage: all.named('stage'),
    cause: all.numbersOrNull('cause'),
    kind: all.indexes('kind', kinds.length, 'the place of one of the kinds'),
    names,
  };
  const places = kinds.map((): number[] => []);
  base.kind.forEach((kind, i) => places[kind]?.push(i));
  return {
    ...base,
    kinds: kinds.map((record, kind) => {
      const at = places[kind] ?? [];
      const own = new ColumnFields(record, `kinds[${kind}].`, { length: at.length, names: names.length });
      const parse = PARSERS.get(signatureOf(record));
      return parse ? parse(own) : { of: 'others', entries: othersOf(own, base, at) };
    }),
  };
}

/** Entries as a block; times are rounded as in a file. */
export function blockOf(entries: readonly TraceEntry[]): EntryBlock {
  return parseBlock(columnsOf(entries));
}

/** What kind of entries a record is of, and which fields it has. */
function signatureOf(record: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(record).filter((name) => !KIND_FIELDS.includes(name));
  const kind = KIND_FIELDS.flatMap((name) => (Object.hasOwn(record, name) ? [String(record[name])] : []));
  return `${kind.join(' ')}: ${names.toSorted().join(' ')}`;
}

/** The entries at these places of a block. */
function othersOf(
  own: ColumnFields,
  base: Omit<EntryBlock, 'kinds'>,
  places: readonly number[],
): TraceEntry[] {
  own.checkLengths();
  const named = own.has('subscription') ? own.named('subscription') : null;
  return places.map((i, n) => {
    const told = own.entry(n);
    refuseDepth(told);
    return parseEntry({
      ...told,
      seq: base.seq[i],
      atMs: base.atMs[i],
      worker: base.worker[i],
      stage: base.names[base.stage[i] ?? 0],
      cause: base.cause[i],
      ...(named && { subscription: base.names[named[n] ?? 0] }),
    });
  });
}

function positions(seq: Numbers): Numbers {
  if (seq instanceof Float64Array && !seq.every(Number.isSafeInteger)) {
    throw new Error('seq must be a whole number');
  }
  return seq;
}

function times(atMs: Numbers): Numbers {
  if (!atMs.every(Number.isFinite)) throw new Error('atMs must be a number of milliseconds');
  return atMs;
}
