import type { LostWhere, Seq, StageId, SubscriptionId, TraceValue } from 'sluice';
import { bisector } from 'd3-array';
import type { Handout } from './handout.ts';
import type { Journal } from './journal.ts';
import { Track } from './track.ts';

/** A batch as it was sent on a subscription. `n` = entries applied when it had just been sent. */
export interface Chunk {
  readonly link: LinkLog;
  readonly n: number;
  readonly seq: Seq;
  readonly atMs: number;
  /** Index of its first event on the subscription. */
  readonly first: number;
  readonly count: number;
  /** At most 1,000 of them. */
  readonly values: readonly TraceValue[];
  /** What its events were part of: several where they waited for their partition. */
  from: readonly Handout[];
}

/** Where an event that was sent is. `sent`: on its way, or in the mailbox of its consumer. `taken`: it waits in the stage. */
export type SentStatus = 'sent' | 'taken' | 'working' | 'handled' | 'lost';

/** Events that are in one place of a subscription. */
export interface OpenRange {
  readonly status: Extract<SentStatus, 'sent' | 'taken' | 'working'>;
  readonly first: number;
  readonly count: number;
}

/** Events of a subscription that nobody will get any more. */
export interface LostRange {
  readonly n: number;
  readonly seq: Seq;
  readonly where: LostWhere;
  readonly first: number;
  readonly count: number;
}

const byFirst = bisector((chunk: Chunk) => chunk.first);

/** What is known of one subscription, in one life of its consumer: events keep their order on it. */
export class LinkLog {
  readonly id: SubscriptionId;
  /** The subscription of the plan that it stands for, or itself. */
  readonly edge: SubscriptionId;
  readonly producer: StageId;
  readonly consumer: StageId;
  /** The partition it takes of a partition dispatcher, as text. */
  readonly partition: string | null;
  readonly chunks: Chunk[] = [];
  readonly sent = new Track();
  readonly taken = new Track();
  readonly begun = new Track();
  readonly handled = new Track();
  readonly refused = new Track();
  /** How often its ask was the one that made its producer go on. */
  readonly released = new Track();
  readonly asked = new Track();
  readonly lost: LostRange[] = [];
  /** Entries applied when the producer had accepted it; `null` before. */
  acceptedAt: number | null = null;
  /** Demand that its consumer has sent; `asked`: that its producer has taken. */
  readonly asks = new Track();
  /** Entries applied when its consumer had ended, or had heard of its end; `null` before. */
  closedAt: number | null = null;
  /** Entries applied when it was over at its producer; `null` before. */
  endedAt: number | null = null;

  constructor(link: {
    readonly id: SubscriptionId;
    readonly edge: SubscriptionId;
    readonly producer: StageId;
    readonly consumer: StageId;
    readonly partition: string | null;
  }) {
    this.id = link.id;
    this.edge = link.edge;
    this.producer = link.producer;
    this.consumer = link.consumer;
    this.partition = link.partition;
  }

  send(chunk: Chunk, journal: Journal): void {
    journal.push(this.chunks, chunk);
    this.sent.set(chunk.n, chunk.first + chunk.count, journal);
  }

  /** @param cause - Of events lost on their way: the dispatch that had sent them. */
  lose(
    loss: {
      readonly n: number;
      readonly seq: Seq;
      readonly where: LostWhere;
      readonly count: number;
      readonly cause: Seq | null;
      readonly isAtProducer: boolean;
    },
    journal: Journal,
  ): void {
    const { n, seq, where, count, cause, isAtProducer } = loss;
    const sent = where === 'flight' ? this.#chunkOf(cause) : null;
    const first = sent?.first ?? (isAtProducer ? this.sent.last - count : this.#firstOpen());
    journal.push(this.lost, { n, seq, where, first, count });
  }

  /** The batch in which the `index`-th event was sent. */
  chunkAt(index: number): Chunk | null {
    const chunk = this.chunks[byFirst.right(this.chunks, index) - 1];
    return chunk && index < chunk.first + chunk.count ? chunk : null;
  }

  lossOf(index: number, at: number): LostRange | null {
    return (
      this.lost.find(({ n, first, count }) => n <= at && index >= first && index < first + count) ?? null
    );
  }

  /** Where the `index`-th event is after the first `at` entries; `null` before it was sent. */
  statusOf(index: number, at: number): SentStatus | null {
    if (index >= this.sent.at(at)) return null;
    if (index < this.handled.at(at)) return 'handled';
    if (this.lossOf(index, at)) return 'lost';
    if (index < this.begun.at(at)) return 'working';
    return index < this.taken.at(at) ? 'taken' : 'sent';
  }

  lostAt(at: number): number {
    return this.lost.reduce((sum, { n, count }) => (n <= at ? sum + count : sum), 0);
  }

  /** Sent, neither handled nor lost. */
  waitingAt(at: number): number {
    return this.sent.at(at) - this.handled.at(at) - this.lostAt(at);
  }

  /** Its events that are neither handled nor lost after the first `at` entries, as runs of one status. */
  openAt(at: number): readonly OpenRange[] {
    const ranges: OpenRange[] = [];
    const sent = this.sent.at(at);
    for (let index = this.handled.at(at); index < sent;) {
      const status = this.statusOf(index, at);
      const first = index;
      while (index < sent && this.statusOf(index, at) === status) index += 1;
      if (status === 'sent' || status === 'taken' || status === 'working')
        ranges.push({ status, first, count: index - first });
    }
    return ranges;
  }

  #chunkOf(dispatch: Seq | null): Chunk | null {
    for (let i = this.chunks.length - 1; i >= 0; i -= 1) {
      const chunk = this.chunks[i];
      if (chunk?.seq === dispatch) return chunk;
      if (chunk && dispatch !== null && chunk.seq < dispatch) return null;
    }
    return null;
  }

  /** The first event that is neither handled nor lost. */
  #firstOpen(): number {
    let first = this.handled.last;
    for (let found = true; found;) {
      found = false;
      for (const range of this.lost) {
        if (first < range.first || first >= range.first + range.count) continue;
        first = range.first + range.count;
        found = true;
      }
    }
    return first;
  }
}
