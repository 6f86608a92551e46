import type { StageId } from 'sluice';
import { sum } from 'd3-array';
import { keptAt } from '../../view/accounts/kept-rows.ts';
import type { RunAccounts } from '../../view/accounts/run-accounts.ts';
import { valueKey } from '../../view/accounts/share-out.ts';

/** What one consumer has handled. */
export interface SinkRow {
  readonly stage: StageId;
  readonly sent: number;
  readonly handled: number;
  readonly lost: number;
  readonly waiting: number;
  /** Events that it has handled more than once, by their value; `null` where values are not unique. */
  readonly twice: number | null;
}

/** What became of all that the sources made, by value. */
export interface ByValue {
  /** Different events that were made. */
  readonly made: number;
  readonly once: number;
  readonly twice: number;
  /** Handled by no sink, and still somewhere; and nowhere any more. */
  readonly waiting: number;
  readonly missing: number;
}

export interface SinkTotals {
  readonly rows: readonly SinkRow[];
  /** `null` where values do not tell events apart: then counts are all there is. */
  readonly byValue: ByValue | null;
  /** Why there is no {@link byValue}. */
  readonly why: string;
}

/** More events than this are counted, not compared one by one. */
const COMPARED = 20_000;

/** What has arrived at the consumers at the end of the pipeline, up to now. */
export function sinkTotals(accounts: RunAccounts): SinkTotals {
  const now = accounts.entries.length;
  const sinks = accounts.plan.stages.filter(({ kind }) => kind === 'consumer').map(({ id }) => id);
  const links = [...accounts.links];
  const counted = sum(links, (link) => link.handled.at(now)) <= COMPARED;
  const handled = new Map(sinks.map((id) => [id, counted ? handledBy(accounts, id) : null]));
  const rows = sinks.map((stage) => {
    const own = links.filter(({ consumer }) => consumer === stage);
    return {
      stage,
      sent: sum(own, (link) => link.sent.at(now)),
      handled: sum(own, (link) => link.handled.at(now)),
      lost: sum(own, (link) => link.lostAt(now)),
      waiting: sum(own, (link) => link.waitingAt(now)),
    };
  });
  const made = counted ? madeBy(accounts) : null;
  const why = counted
    ? 'Different events look the same here, or they change on their way: only counts can tell.'
    : 'Too many events to compare them one by one: these are counts.';
  const isTold = made !== null && [...handled.values()].every((own) => own && isPart(own, made));
  return {
    rows: rows.map((row) => {
      const own = handled.get(row.stage);
      return { ...row, twice: isTold && own ? sum(own.values(), (times) => (times > 1 ? 1 : 0)) : null };
    }),
    byValue: isTold ? byValue(accounts, made, [...handled.values()]) : null,
    why: isTold ? '' : why,
  };
}

type Times = ReadonlyMap<string, number>;

const isPart = (own: Times, made: ReadonlySet<string>) => [...own.keys()].every((key) => made.has(key));

/** Value → how often a consumer has handled it. */
function handledBy(accounts: RunAccounts, stage: StageId): Times {
  const times = new Map<string, number>();
  for (const link of accounts.links) {
    if (link.consumer !== stage) continue;
    const handled = link.handled.last;
    for (const { first, values } of link.chunks) {
      for (const [i, value] of values.entries()) {
        if (first + i >= handled) break;
        const key = valueKey(value);
        times.set(key, (times.get(key) ?? 0) + 1);
      }
    }
  }
  return times;
}

/** What the sources have made; `null` where two events of one life look the same. */
function madeBy(accounts: RunAccounts): ReadonlySet<string> | null {
  const made = new Set<string>();
  for (const maker of accounts.makers) {
    if (maker.stage.kind !== 'producer') continue;
    let own = new Set<string>();
    let life = 0;
    for (const emission of maker.emissions) {
      if (emission.life !== life) own = new Set();
      ({ life } = emission);
      if (emission.values.length < emission.count) return null;
      for (const value of emission.values) {
        const key = valueKey(value);
        if (own.has(key)) return null;
        own.add(key);
        made.add(key);
      }
    }
  }
  return made;
}

function byValue(
  accounts: RunAccounts,
  made: ReadonlySet<string>,
  handled: readonly (Times | null | undefined)[],
): ByValue {
  const open = openValues(accounts);
  const totals = { made: made.size, once: 0, twice: 0, waiting: 0, missing: 0 };
  for (const key of made) {
    const times = Math.max(0, ...handled.map((own) => own?.get(key) ?? 0));
    if (times > 1) totals.twice += 1;
    else if (times === 1) totals.once += 1;
    else if (open.has(key)) totals.waiting += 1;
    else totals.missing += 1;
  }
  return totals;
}

/** Values of events that are somewhere between a source and a sink. */
function openValues(accounts: RunAccounts): ReadonlySet<string> {
  const now = accounts.entries.length;
  const open = new Set<string>();
  for (const link of accounts.links) {
    for (const { first, count } of link.openAt(now)) {
      for (let index = first; index < first + count; index += 1) {
        const chunk = link.chunkAt(index);
        const value = chunk?.values[index - chunk.first];
        if (value !== undefined) open.add(valueKey(value));
      }
    }
  }
  for (const maker of accounts.makers) {
    for (const { row } of keptAt(accounts, maker, now)) {
      const emission = maker.emissionAt(row);
      const value = emission?.values[row - emission.row];
      if (value !== undefined) open.add(valueKey(value));
    }
  }
  return open;
}
