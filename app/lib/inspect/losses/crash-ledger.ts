import type { PlanView, StageId, TraceValue } from 'sluice';
import { sum } from 'd3-array';
import { keptAt, type Kept } from '../../view/accounts/kept-rows.ts';
import type { LinkLog, OpenRange } from '../../view/accounts/link-log.ts';
import type { MakerLog } from '../../view/accounts/maker-log.ts';
import { rowState } from '../../view/accounts/row-fate.ts';
import type { RunAccounts } from '../../view/accounts/run-accounts.ts';
import { valueKey } from '../../view/accounts/share-out.ts';
import { isOrderly, startedWith, type Incident } from './incidents.ts';

/** What the rules say becomes of an event: it goes on, nobody will get it, or its source makes it again. */
export type Predicted = 'safe' | 'lost' | 'again';

/** What the trace says became of it so far. `open`: it is still on its way. */
export type Happened = 'handled' | 'lost' | 'again' | 'discarded' | 'open';

/** Where events were. */
export type LedgerPlace =
  | 'held'
  | 'buffer'
  | 'lane'
  /** On their way, or in the mailbox: the trace tells of a message when it is taken. */
  | 'way'
  | 'stage'
  | 'hand';

/** Events that were in one place when it happened. */
export interface LedgerLine {
  readonly place: LedgerPlace;
  /** The stage that had them, or to which they were on their way. */
  readonly stage: StageId;
  /** Who had sent them; `null` for events that nobody was sent yet. */
  readonly from: StageId | null;
  readonly count: number;
  /** The first of them, as far as the trace keeps them. */
  readonly values: readonly TraceValue[];
  readonly predicted: Predicted;
  readonly why: string;
  readonly happened: Readonly<Record<Happened, number>>;
  /** Of those that were predicted safe: how many may have been sent to a stage that was gone before its producer knew. */
  readonly atRisk: number;
}

/** Every event that was in the system when stages ended, and what became of it. */
export interface CrashLedger {
  readonly incident: Incident;
  readonly lines: readonly LedgerLine[];
  readonly predicted: Readonly<Record<Predicted, number>>;
  readonly happened: Readonly<Record<Happened, number>>;
  readonly total: number;
}

/** Values of a line that are shown. */
const SAMPLE = 12;

/** The ledger of an incident: what its trace says up to now beside what the rules say. */
export function crashLedger(plan: PlanView, accounts: RunAccounts, incident: Incident): CrashLedger {
  const before = incident.n - 1;
  const now = accounts.entries.length;
  const lines: LedgerLine[] = [];
  for (const maker of accounts.makers)
    lines.push(...makerLines(plan, accounts, { maker, incident, before, now }));
  for (const link of accounts.links) {
    for (const range of link.openAt(before))
      lines.push(linkLine(plan, link, { range, incident, before, now }));
  }
  const predicted = { safe: 0, lost: 0, again: 0 };
  const happened = { handled: 0, lost: 0, again: 0, discarded: 0, open: 0 };
  for (const line of lines) {
    predicted[line.predicted] += line.count;
    for (const [what, count] of entriesOf(line.happened)) happened[what] += count;
  }
  return { incident, lines, predicted, happened, total: sum(lines, ({ count }) => count) };
}

interface Moment {
  readonly incident: Incident;
  /** Entries applied just before it. */
  readonly before: number;
  readonly now: number;
}

function linkLine(
  plan: PlanView,
  link: LinkLog,
  { range, incident, before, now }: Moment & { readonly range: OpenRange },
): LedgerLine {
  const { status, first, count } = range;
  const happened = { handled: 0, lost: 0, again: 0, discarded: 0, open: 0 };
  for (let index = first; index < first + count; index += 1) {
    const after = link.statusOf(index, now);
    if (after === 'handled' || after === 'lost') happened[after] += 1;
    else happened.open += 1;
  }
  const isGone = link.closedAt !== null && link.closedAt <= before;
  const ends = incident.stages.includes(link.consumer);
  const next = ends ? null : endedNext(plan, link.consumer, incident);
  const place = status === 'sent' ? 'way' : status === 'taken' ? 'stage' : 'hand';
  return {
    place,
    stage: link.consumer,
    from: link.producer,
    count,
    values: valuesOn(link, first, count),
    predicted: isGone || ends ? 'lost' : 'safe',
    why: isGone ? 'their stage was gone already' : ends ? LOST_WITH[place] : (next ?? SAFE_IN[place]),
    happened,
    atRisk: 0,
  };
}

const LOST_WITH = {
  way: 'lost with the mailbox: GenStage never sends an event again',
  stage: 'lost with the stage: it had taken them and not handled them',
  hand: 'lost: its callback had not returned, so nothing came of them; what it had done by then stays done',
} as const;

const SAFE_IN = {
  way: 'safe: their consumer goes on',
  stage: 'safe: their stage goes on',
  hand: 'safe: their stage goes on',
} as const;

function valuesOn(link: LinkLog, first: number, count: number): readonly TraceValue[] {
  const values: TraceValue[] = [];
  for (let index = first; index < first + Math.min(count, SAMPLE); index += 1) {
    const chunk = link.chunkAt(index);
    const value = chunk?.values[index - chunk.first];
    if (value !== undefined) values.push(value);
  }
  return values;
}

function makerLines(
  plan: PlanView,
  accounts: RunAccounts,
  { maker, ...moment }: Moment & { readonly maker: MakerLog },
): readonly LedgerLine[] {
  const kept = keptAt(accounts, maker, moment.before);
  return (['held', 'buffer', 'lane'] as const).flatMap((place) => {
    const rows = kept.filter((one) => one.place === place).map(({ row }) => row);
    return rows.length === 0 ? [] : [makerLine(plan, accounts, { maker, place, rows, ...moment })];
  });
}

function makerLine(
  plan: PlanView,
  accounts: RunAccounts,
  {
    maker,
    place,
    rows,
    incident,
    before,
    now,
  }: Moment & { readonly maker: MakerLog; readonly place: Kept['place']; readonly rows: readonly number[] },
): LedgerLine {
  const { id } = maker.stage;
  const ends = incident.stages.includes(id);
  const again = ends && startsAgain(plan, id, incident) && maker.stage.kind === 'producer';
  const next = ends ? null : endedNext(plan, id, incident);
  const remade = ends ? valuesAfter(maker, incident.n) : null;
  const happened = { handled: 0, lost: 0, again: 0, discarded: 0, open: 0 };
  const values: TraceValue[] = [];
  for (const row of rows) {
    const emission = maker.emissionAt(row);
    const value = emission?.values[row - emission.row];
    if (value !== undefined && values.length < SAMPLE) values.push(value);
    const what = fateOf(accounts, maker, row, now);
    const isRemade = what === 'lost' && value !== undefined && remade?.has(valueKey(value));
    happened[isRemade ? 'again' : what] += 1;
  }
  return {
    place,
    stage: id,
    from: null,
    count: rows.length,
    values,
    predicted: again ? 'again' : ends ? 'lost' : 'safe',
    why: again ? MADE_AGAIN : ends ? LOST_AT_MAKER[place] : (next ?? SAFE_AT_MAKER[place]),
    happened,
    atRisk: ends ? 0 : Math.min(rows.length, askedByGone(maker, incident, before)),
  };
}

const MADE_AGAIN =
  'lost from memory, but its source starts again: it makes them again if its init begins where it did before';

const LOST_AT_MAKER = {
  held: 'lost with the stage that held them back',
  buffer: 'lost with the buffer of its stage',
  lane: 'lost with the dispatcher of its stage',
} as const;

const SAFE_AT_MAKER = {
  held: 'safe: their producer goes on and holds them',
  buffer: 'safe: the buffer of a producer that goes on keeps them',
  lane: 'safe: the dispatcher of a producer that goes on keeps them',
} as const;

/** Demand of stages that have ended, on its way to a producer or not met by it yet: it may still be met, in vain. */
function askedByGone(maker: MakerLog, { stages }: Incident, before: number): number {
  return sum(maker.links, (link) => {
    if (!stages.includes(link.consumer) || (link.closedAt !== null && link.closedAt <= before)) return 0;
    return Math.max(0, link.asks.at(before) - link.sent.at(before));
  });
}

/**
 * Whether a supervisor starts a stage of an incident again, as long as it has restarts left: one that is temporary never; one
 * that is transient not after an end in good order, unless it was ended for the sake of another.
 */
export function startsAgain(
  { supervisors = [] }: PlanView,
  stage: StageId,
  { by, how, reason }: Pick<Incident, 'by' | 'how' | 'reason'>,
): boolean {
  const keeper = supervisors.find(({ children }) => children.some(({ id }) => id === stage));
  const restart = keeper?.children.find(({ id }) => id === stage)?.restart ?? 'temporary';
  if (!keeper || restart === 'temporary') return false;
  if (by === 'keeper') return supervisors.some(({ children }) => children.some(({ id }) => id === keeper.id));
  return by === 'restart' || how !== 'end' || restart === 'permanent' || !isOrderly(reason);
}

/** Why a stage that is not of the incident ends next: a supervisor starts it again with one that is; `null` where none does. */
function endedNext(plan: PlanView, stage: StageId, incident: Incident): string | null {
  const first = incident.stages.find(
    (id) => startedWith(plan, stage, id) !== null && startsAgain(plan, id, incident),
  );
  if (first === undefined) return null;
  return `their stage goes on for a moment only: its supervisor ends it, too, to start it again with “${first}”`;
}

function valuesAfter(maker: MakerLog, n: number): ReadonlySet<string> {
  const keys = new Set<string>();
  for (let i = maker.emissions.length - 1; i >= 0; i -= 1) {
    const emission = maker.emissions[i];
    if (!emission || emission.n <= n) break;
    for (const value of emission.values) keys.add(valueKey(value));
  }
  return keys;
}

function fateOf(accounts: RunAccounts, maker: MakerLog, row: number, now: number): Happened {
  const state = rowState(accounts, maker, row, now);
  switch (state?.fate) {
    case 'lost':
    case 'discarded':
      return state.fate;
    case 'dropped':
      return 'handled';
    case 'sent': {
      const statuses = state.sent.map(({ link, index }) => link.statusOf(index, now));
      if (statuses.includes('lost')) return 'lost';
      return statuses.every((status) => status === 'handled') ? 'handled' : 'open';
    }
    default:
      return 'open';
  }
}

function entriesOf(happened: LedgerLine['happened']): readonly (readonly [Happened, number])[] {
  const { handled, lost, again, discarded, open } = happened;
  return [
    ['handled', handled],
    ['lost', lost],
    ['again', again],
    ['discarded', discarded],
    ['open', open],
  ];
}
