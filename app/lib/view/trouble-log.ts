import type { EntryOf, PipelineState, TraceEntry } from 'sluice';
import { faultSentence, lostWords } from './entry-sentence.ts';
import { alikeUpTo, type RunLog } from './run-logs.ts';
import { NumberColumn } from './timeline-columns.ts';
import { countText, durationText, plural, reasonText } from './value-label.ts';

/** One trouble that came again and again. */
interface Trouble {
  readonly says: (count: number) => string;
  readonly positions: NumberColumn;
  /** How much of it there was with each of them, all in all. */
  readonly sums: NumberColumn;
}

type End = EntryOf<'fault' | 'crash' | 'restart' | 'exit'>;

/** Ends and restarts that are told one by one. */
const ENDS_TOLD = 12;

/** What went wrong in a run, was left out or was started again, at every position of it. */
export class TroubleLog implements RunLog {
  #entries: readonly TraceEntry[] = [];
  #known = 0;
  readonly #troubles = new Map<string, Trouble>();
  readonly #ends: End[] = [];
  readonly #endPositions = new NumberColumn();

  get entries(): readonly TraceEntry[] {
    return this.#entries;
  }

  get known(): number {
    return this.#known;
  }

  update(entries: readonly TraceEntry[], to = entries.length): void {
    const known = alikeUpTo(this.#entries, entries, Math.min(this.#known, to));
    if (known < this.#known) this.#goBack(known);
    for (let i = known; i < to; i += 1) {
      const entry = entries[i];
      if (entry) this.#add(entry, i + 1);
    }
    this.#entries = entries;
    this.#known = to;
  }

  /** What had gone wrong after `at` entries; the same trouble is told once, with its number. */
  sentences(at: number, state: PipelineState): string[] {
    const told = [...this.#troubles.values()]
      .filter(({ positions }) => positions.at(0) <= at)
      .sort((a, b) => a.positions.at(0) - b.positions.at(0))
      .map(({ says, positions, sums }) => says(sums.at(positions.firstAbove(at) - 1)));
    const count = this.#endPositions.firstAbove(at);
    const from = Math.max(0, count - ENDS_TOLD);
    const ends = this.#ends.slice(from, count).map((entry) => endSentence(entry, state));
    if (from > 0) told.push(`${plural(from, 'earlier end and restart', 'earlier ends and restarts')}.`);
    return [...told, ...ends];
  }

  #add(entry: TraceEntry, n: number): void {
    const { type, stage } = entry;
    switch (type) {
      case 'discard':
        return this.#count(`${type} ${stage}`, {
          n,
          count: entry.count,
          says: (count) => `${stage} dropped ${plural(count, 'event')}.`,
        });
      case 'drop':
        if (entry.subscription !== undefined) return;
        return this.#count(`${type} ${stage}`, {
          n,
          count: entry.count,
          says: (count) => `${stage} left out ${plural(count, 'event')} that belong to no partition.`,
        });
      case 'lost': {
        const { where } = entry;
        return this.#count(`${type} ${stage} ${where}`, {
          n,
          count: entry.count,
          says: (count) => `${stage}: ${plural(count, 'event')} lost ${lostWords(where)}.`,
        });
      }
      case 'late':
        return this.#count(`${type} ${stage}`, {
          n,
          count: entry.count,
          says: (count) =>
            `${stage} dropped ${plural(count, 'event')} that came too late for ${count === 1 ? 'its window' : 'their windows'}.`,
        });
      case 'warning':
        return this.#count(`${type} ${stage}`, {
          n,
          count: 1,
          says: (count) => `${stage} was warned ${count === 1 ? 'once' : `${countText(count)} times`}.`,
        });
      case 'fault':
      case 'crash':
      case 'restart':
      case 'exit':
        this.#ends.push(entry);
        this.#endPositions.push(n);
        return;
      default:
    }
  }

  #count(
    key: string,
    { n, count, says }: Pick<Trouble, 'says'> & { readonly n: number; readonly count: number },
  ): void {
    const trouble = this.#troubles.get(key) ?? {
      says,
      positions: new NumberColumn(),
      sums: new NumberColumn(),
    };
    this.#troubles.set(key, trouble);
    trouble.positions.push(n);
    trouble.sums.push(count + (trouble.sums.last || 0));
  }

  #goBack(known: number): void {
    for (const { positions, sums } of this.#troubles.values()) {
      positions.truncate(positions.firstAbove(known));
      sums.truncate(positions.length);
    }
    this.#endPositions.truncate(this.#endPositions.firstAbove(known));
    this.#ends.length = this.#endPositions.length;
  }
}

function endSentence(entry: End, state: PipelineState): string {
  const at = durationText(entry.atMs);
  switch (entry.type) {
    case 'fault':
      return `At ${at}: ${faultSentence(entry, state)}`;
    case 'crash':
      return `${entry.stage} crashed at ${at}: ${entry.error.message}`;
    case 'restart':
      return `${entry.stage} started ${entry.child} again at ${at}, after ${reasonText(entry.reason)}: its life ${countText(entry.life)}.`;
    case 'exit':
      return `${entry.stage} ended at ${at}.`;
  }
}
