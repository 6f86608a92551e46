import { partitionName, type EntryOf, type Seq, type StageView } from 'sluice';
import { bisector } from 'd3-array';
import { BufferFold } from '../buffer-fold.ts';
import { EventQueue, sizeOf, type EventRun } from '../event-queue.ts';
import { placedOf, type Emission, type Handout, type Queued, type Stored } from './handout.ts';
import { NONE, type Journal } from './journal.ts';
import type { Chunk, LinkLog } from './link-log.ts';
import { Recent } from './recent.ts';
import { Track } from './track.ts';

/** Events of a handout that wait somewhere: `from` counts from its first. */
interface Piece<Kept> extends EventRun {
  readonly kept: Kept;
  readonly handout: Handout;
  readonly from: number;
}

/** Events of one link that a consumer has handled at once. */
export interface Done {
  readonly n: number;
  readonly seq: Seq;
  readonly atMs: number;
  readonly link: LinkLog;
  readonly first: number;
  readonly count: number;
}

const byRow = bisector((emission: Emission) => emission.row);
const byPosition = bisector((one: { readonly n: number }) => one.n);

/**
 * All that one stage has emitted, in all its lives, and what its dispatcher and its buffer made of it, from the trace alone.
 * Kept by batches: an event costs nothing until somebody looks at it.
 */
export class MakerLog {
  readonly stage: StageView;
  readonly emissions: Emission[] = [];
  /** All that its dispatcher was given. */
  readonly handouts: Handout[] = [];
  readonly emitted = new Track();
  readonly buffered = new Track();
  readonly discarded = new Track();
  /** Events that found no room in its buffer, or had to make room: told at once, before the entry that counts them. */
  readonly turnedAway = new Track();
  readonly dropped = new Track();
  readonly lost = new Track();
  /** Partition → events that wait in the dispatcher for it. */
  readonly queues = new Map<string, Track>();
  /** Links of its consumers, in the order in which they were made. */
  readonly links: LinkLog[] = [];
  /** Batches that were sent, on whatever link, in their order. */
  readonly chunks: Chunk[] = [];
  /** Batches that consumers have handled, in the order in which they were done. */
  readonly done: Done[] = [];
  readonly #journal: Journal;
  /** By the entry that what becomes of it has as its cause: that is told at once. */
  readonly #byCause = new Recent<Seq, Handout>();
  /** Events that left the queue of a partition, by the entry in whose course they did. */
  readonly #leaving = new Recent<Seq, EventQueue<Piece<Queued>>>();
  readonly #buffer: BufferFold<Piece<Stored>>;
  readonly #lanes = new Map<string, EventQueue<Piece<Queued>>>();
  readonly #now: {
    /** Handouts of which something may be nowhere yet. */
    open: readonly Handout[];
    hasEnded: boolean;
    life: number;
    /** The dispatcher has let go of events in the course of this entry: which ones is told next. */
    forgotten: Seq | null;
  } = { open: [], hasEnded: false, life: 0, forgotten: null };

  constructor(stage: StageView, journal: Journal) {
    this.stage = stage;
    this.#buffer = new BufferFold(stage);
    this.#journal = journal;
  }

  /** Each event goes to every consumer. */
  get isForAll(): boolean {
    return this.stage.dispatcher === 'broadcast';
  }

  /** The emission of a row; `null` where there is none. */
  emissionAt(row: number): Emission | null {
    const emission = this.emissions[byRow.right(this.emissions, row) - 1];
    return emission && row < emission.row + emission.count ? emission : null;
  }

  /** The last emission of the first `at` entries. */
  emissionBefore(at: number): Emission | null {
    return this.emissions[byPosition.right(this.emissions, at) - 1] ?? null;
  }

  /** How many handouts there were in the first `at` entries. */
  handoutsBefore(at: number): number {
    return byPosition.right(this.handouts, at);
  }

  /** Emitted, and neither sent nor stored, queued, discarded, dropped or lost after the first `at` entries. */
  get unplaced(): number {
    return this.#now.open.reduce((sum, handout) => sum + handout.count - placedOf(handout, this.isForAll), 0);
  }

  start(): void {
    this.#journal.set(this.#now, 'life', this.#now.life + 1);
    this.#journal.set(this.#now, 'hasEnded', false);
  }

  ended(): void {
    this.#journal.set(this.#now, 'hasEnded', true);
  }

  emit(n: number, entry: EntryOf<'end'>): void {
    if (entry.count === 0) return;
    const row = this.emitted.last;
    const { seq, atMs, count, emitted: values } = entry;
    const handout = this.#handOut({ n, seq, atMs, count, rows: [{ row, count }] });
    this.#journal.push(this.emissions, { n, atMs, row, count, values, handout, life: this.#now.life });
    this.emitted.add(n, count, this.#journal);
  }

  /** A batch is sent: which events these are follows from its cause. */
  dispatch(chunk: Chunk, cause: Seq | null): void {
    const journal = this.#journal;
    journal.push(this.chunks, chunk);
    const leaving = this.#leaving.get(cause ?? -1);
    if (leaving) {
      let offset = 0;
      journal.keep(leaving);
      for (const { kept, handout, count } of leaving.take(chunk.count)) {
        journal.push(kept.moves, { n: chunk.n, count, to: { chunk, offset } });
        if (!chunk.from.includes(handout)) journal.set(chunk, 'from', [...chunk.from, handout]);
        offset += count;
      }
      return;
    }
    const handout = this.#byCause.get(cause ?? -1);
    if (!handout) return;
    journal.set(handout, 'sent', [...handout.sent, chunk]);
    journal.set(chunk, 'from', [...chunk.from, handout]);
  }

  handle(done: Done): void {
    this.#journal.push(this.done, done);
  }

  drop(n: number, { count, subscription, cause }: EntryOf<'drop'>): void {
    const handout = this.#byCause.get(cause ?? -1);
    if (subscription === undefined) {
      this.dropped.add(n, count, this.#journal);
      if (handout) this.#journal.set(handout, 'dropped', [...handout.dropped, { n, count }]);
    } else if (handout)
      this.#journal.set(handout, 'refused', [...handout.refused, { n, link: subscription, count }]);
  }

  queue(n: number, entry: EntryOf<'queue'>): void {
    const { partition, added, removed, size, cause, events: values = [] } = entry;
    const journal = this.#journal;
    const name = partitionName(partition);
    const track = this.queues.get(name) ?? new Track();
    if (!this.queues.has(name)) journal.put(this.queues, name, track);
    track.set(n, size, journal);
    const lane = this.#lanes.get(name) ?? new EventQueue<Piece<Queued>>();
    if (!this.#lanes.has(name)) journal.put(this.#lanes, name, lane);
    journal.keep(lane);
    const handout = this.#byCause.get(cause ?? -1);
    if (added > 0 && handout) {
      const queued: Queued = { n, partition: name, count: added, values, moves: [] };
      journal.set(handout, 'queued', [...handout.queued, queued]);
      lane.add([{ kept: queued, handout, from: 0, count: added }]);
    }
    if (removed === 0) return;
    const pieces = lane.take(removed);
    if (cause !== null && this.#now.forgotten === cause) {
      this.#journal.set(this.#now, 'forgotten', null);
      for (const { kept, count } of pieces) journal.push(kept.moves, { n, count, to: 'lost' });
      return;
    }
    const leaving = this.#leaving.get(cause ?? -1) ?? new EventQueue<Piece<Queued>>();
    journal.keep(leaving);
    leaving.add(pieces);
    if (cause !== null) this.#leaving.put(cause, leaving, journal);
  }

  store(n: number, entry: EntryOf<'buffer'>): void {
    const journal = this.#journal;
    this.buffered.set(n, entry.size, journal);
    journal.keep(this.#buffer);
    const handout = this.#byCause.get(entry.cause ?? -1);
    const stored = handout && !handout.stored ? this.#left(n, handout) : null;
    const { pushedOut, refused } = this.#buffer.store(entry, stored ? [stored] : []);
    for (const { kept, from: offset, count } of [...pushedOut, ...refused])
      journal.push(kept.moves, { offset, count, n, to: 'discarded' });
    if (!stored) return;
    const away = sizeOf(pushedOut) + sizeOf(refused);
    if (away > 0) this.turnedAway.add(n, away, journal);
    journal.set(stored.handout, 'stored', stored.kept);
    this.#byCause.put(entry.seq, stored.handout, journal);
  }

  /** What nobody has asked for of a handout: its last events. */
  #left(n: number, handout: Handout): Piece<Stored> {
    const from = placedOf(handout, this.isForAll);
    const count = handout.count - from;
    return { kept: { n, offset: from, count, moves: [] }, handout, from, count };
  }

  unstore(n: number, entry: EntryOf<'unbuffer'>): void {
    const { removed, size, seq, atMs } = entry;
    const journal = this.#journal;
    this.buffered.set(n, size, journal);
    journal.keep(this.#buffer);
    const pieces = this.#buffer.unstore(entry);
    const rows = pieces.flatMap(({ handout, from, count }) => rowsOf(handout, from, count));
    const handout = this.#handOut({ n, seq, atMs, count: removed, rows });
    let offset = 0;
    for (const piece of pieces) {
      const to = { handout, offset };
      journal.push(piece.kept.moves, { offset: piece.from, count: piece.count, n, to });
      offset += piece.count;
    }
  }

  discard(n: number, { count }: EntryOf<'discard'>): void {
    this.discarded.add(n, count, this.#journal);
  }

  /** What it had made and nobody will get: what it lost of events that it was sent is for its links to tell. */
  lose(n: number, { where, count, cause }: EntryOf<'lost'>): void {
    const handout = this.#byCause.get(cause ?? -1);
    switch (where) {
      case 'step':
        if (handout) this.#journal.set(handout, 'lostAt', n);
        break;
      case 'held':
        for (const one of this.#now.open) {
          if (placedOf(one, this.isForAll) < one.count) this.#journal.set(one, 'lostAt', n);
        }
        break;
      case 'buffer':
        this.#empty(n);
        break;
      case 'dispatcher':
        if (this.#now.hasEnded) this.#emptyLanes(n);
        else if (handout && placedOf(handout, this.isForAll) < handout.count)
          this.#journal.set(handout, 'lostAt', n);
        else this.#journal.set(this.#now, 'forgotten', cause);
        break;
      case 'worker':
        this.#empty(n);
        this.#emptyLanes(n);
        break;
      default:
        return;
    }
    this.lost.add(n, count, this.#journal);
  }

  #empty(n: number): void {
    this.buffered.set(n, 0, this.#journal);
    this.#journal.keep(this.#buffer);
    for (const { kept, from: offset, count } of this.#buffer.empty())
      this.#journal.push(kept.moves, { offset, count, n, to: 'lost' });
  }

  #emptyLanes(n: number): void {
    for (const [name, lane] of this.#lanes) {
      this.queues.get(name)?.set(n, 0, this.#journal);
      this.#journal.keep(lane);
      for (const { kept, count } of lane.take(Infinity))
        this.#journal.push(kept.moves, { n, count, to: 'lost' });
    }
  }

  #handOut(what: Pick<Handout, 'n' | 'seq' | 'atMs' | 'count' | 'rows'>): Handout {
    const { n, seq, atMs, count, rows } = what;
    // Written out: to spread what is given costs as much as all the rest of reading a long run.
    const handout: Handout = {
      n,
      seq,
      atMs,
      count,
      rows,
      sent: NONE,
      refused: NONE,
      queued: NONE,
      dropped: NONE,
      stored: null,
      lostAt: null,
    };
    this.#byCause.put(seq, handout, this.#journal);
    this.#journal.push(this.handouts, handout);
    const { open } = this.#now;
    const last = open.at(-1);
    // Mostly all of the one before is somewhere by now.
    const isOver = last && placedOf(last, this.isForAll) >= last.count;
    const before = isOver ? open.slice(0, -1) : open;
    this.#journal.set(this.#now, 'open', before.length === 0 ? [handout] : [...before, handout]);
    return handout;
  }
}

/** The rows of some events of a handout. */
function rowsOf(handout: Handout, offset: number, count: number): Handout['rows'] {
  const rows: { row: number; count: number }[] = [];
  let start = 0;
  for (const range of handout.rows) {
    const from = Math.max(offset, start);
    const to = Math.min(offset + count, start + range.count);
    if (to > from) rows.push({ row: range.row + from - start, count: to - from });
    start += range.count;
  }
  return rows;
}
