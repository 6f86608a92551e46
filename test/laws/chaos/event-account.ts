import type { LostWhere, TraceEntry, TraceValue } from 'sluice';
import { Fates, type Fate } from './fates.ts';
import { LinkAccount } from './link-account.ts';
import { MakerAccount, type Sharing } from './maker-account.ts';
import { at, explained, same, some } from './unexplained.ts';

/** Where events are lost by the stage that makes or keeps them; elsewhere, by the one that was to handle them. */
const AT_ITS_MAKER: ReadonlySet<LostWhere> = new Set(['step', 'buffer', 'held', 'dispatcher']);

/** What the program itself has seen: the truth that no trace can bend. */
export interface Journal {
  /** Events that callbacks have made. */
  readonly made: ReadonlySet<number>;
  /** Events that `handleEvents` was given, by subscription, in order. */
  readonly given: ReadonlyMap<string, readonly number[]>;
}

/** How a run stands at its end. */
export interface Standing {
  /** `null` for a stage that has ended. */
  readonly stage: (id: string) => {
    readonly buffered: number;
    readonly mode: 'forward' | 'accumulate';
    readonly isBusy: boolean;
  } | null;
  /** Whether a stage is frozen: what was sent to it may wait in its mailbox. */
  readonly isHeldUp: (consumer: string) => boolean;
}

/**
 * Follows every event of a run by its number: made once, then at each moment in exactly one place per stage and
 * subscription, until it has a fate. Reads the trace alone; {@link EventAccount.close} compares that with the program's own
 * journal and with how the stages stand.
 */
export class EventAccount {
  readonly #sharingOf: (stage: string) => Sharing;
  readonly #fates = new Fates();
  readonly #makers = new Map<string, MakerAccount>();
  readonly #links = new Map<string, LinkAccount>();
  /** The consumer of each subscription. */
  readonly #consumers = new Map<string, string>();
  /** The subscription of the batch that a stage's callback has in hand. */
  readonly #inHand = new Map<string, string>();
  readonly #emittedBy = new Map<number, string>();

  constructor(sharingOf: (stage: string) => Sharing) {
    this.#sharingOf = sharingOf;
  }

  /** How many events had which fate so far. */
  get fates(): ReadonlyMap<Fate, number> {
    return this.#fates.counts;
  }

  /** How many events have no fate yet: one that was sent to several counts for each. */
  get openCount(): number {
    const all = [...this.#makers.values(), ...this.#links.values()];
    return all.reduce((sum, { open }) => sum + open.length, 0);
  }

  /** @throws {Unexplained} */
  take(entry: TraceEntry): void {
    const { stage } = entry;
    switch (entry.type) {
      case 'start':
        return this.#maker(stage).start(entry);
      case 'end':
        if (entry.callback === 'handleEvents') this.#handled(stage);
        this.#emitted(entry.stage, entry.seq, numbers(entry.emitted));
        return;
      case 'begin':
        if (entry.callback === 'handleEvents') this.#begun(entry);
        return;
      case 'subscribe':
        this.#consumers.set(entry.subscription, stage);
        return;
      case 'subscribed':
        return this.#maker(stage).subscribed(entry.subscription);
      case 'cancel':
        return this.#maker(stage).cancelled(entry.subscription);
      case 'dispatch': {
        const events = numbers(entry.events);
        this.#maker(stage).dispatch(entry, events);
        return this.#link(entry.subscription).send(entry, events);
      }
      case 'deliver':
        return this.#link(entry.subscription).deliver(entry);
      case 'drop':
        return this.#maker(stage).drop(entry);
      case 'queue':
        return this.#maker(stage).queue(entry);
      case 'buffer':
        return this.#maker(stage).store(entry);
      case 'unbuffer':
        return this.#maker(stage).unstore(entry);
      case 'discard':
        return this.#maker(stage).discard(entry);
      case 'lost':
        if (AT_ITS_MAKER.has(entry.where)) return this.#maker(stage).lose(entry);
        explained(entry.subscription !== undefined, () => `${at(entry)} names no subscription`);
        return this.#link(entry.subscription).lose(entry);
      case 'exit':
      case 'crash':
        return this.#maker(stage).ended();
      default:
    }
  }

  /**
   * @param journal - `null` where the program could not tell: it has run elsewhere.
   * @throws {Unexplained} when an event is nowhere, or somewhere where it cannot be.
   */
  close(standing: Standing, journal: Journal | null): void {
    for (const maker of this.#makers.values()) this.#closeMaker(maker, standing);
    for (const link of this.#links.values()) this.#closeLink(link, standing);
    if (!journal) return;
    const foreign = [...this.#emittedBy.keys()].filter((event) => !journal.made.has(event));
    explained(foreign.length === 0, () => `${some(foreign)} were emitted, and never made`);
    for (const [id, given] of journal.given) {
      const told = this.#link(id).given;
      explained(same(given, told), () => `${id} was given ${some(given)}, and told of ${some(told)}`);
    }
  }

  #closeMaker(maker: MakerAccount, standing: Standing): void {
    const { stage, unplaced, buffer, open } = maker;
    const end = standing.stage(stage);
    if (!end) {
      explained(open.length === 0, () => `"${stage}" has ended, and ${some(open)} that it had are nowhere`);
      return;
    }
    const isHeld = end.mode === 'accumulate';
    explained(
      unplaced.length === 0 || isHeld,
      () => `"${stage}" emitted ${some(unplaced)}, which are nowhere`,
    );
    const { length } = buffer;
    explained(length === end.buffered, () => `"${stage}" has ${end.buffered} stored: ${some(buffer)}`);
    explained(
      open.length === unplaced.length + length + maker.queued,
      () => `"${stage}" refused some in silence`,
    );
  }

  #closeLink(link: LinkAccount, standing: Standing): void {
    const { id, open, flying, waiting, inHand } = link;
    if (open.length === 0) return;
    const consumer = this.#consumers.get(id) ?? '';
    const isHeldUp = standing.isHeldUp(consumer);
    explained(flying.length === 0 || isHeldUp, () => `${some(flying)} were sent on ${id}, and are nowhere`);
    const end = standing.stage(consumer);
    const [first] = waiting;
    explained(
      first === undefined || end !== null,
      () => `${some(waiting)} waited at "${consumer}", and are nowhere`,
    );
    explained(
      inHand.length === 0 || end?.isBusy === true,
      () => `${some(inHand)} were in hand of "${consumer}"`,
    );
  }

  #begun(entry: Extract<TraceEntry, { readonly type: 'begin' }>): void {
    const { subscription, stage } = entry;
    explained(subscription !== undefined, () => `${at(entry)} names no subscription`);
    this.#link(subscription).begin(entry, numbers(entry.events ?? []));
    this.#inHand.set(stage, subscription);
  }

  #handled(stage: string): void {
    const subscription = this.#inHand.get(stage);
    explained(subscription !== undefined, () => `"${stage}" has handled events that it was not given`);
    this.#inHand.delete(stage);
    this.#link(subscription).end();
  }

  #emitted(stage: string, seq: number, events: readonly number[]): void {
    for (const event of events) {
      const before = this.#emittedBy.get(event);
      explained(before === undefined, () => `"${stage}" emits ${event} at #${seq}, as "${before}" has`);
      this.#emittedBy.set(event, stage);
    }
    this.#maker(stage).emit(seq, events);
  }

  #maker(stage: string): MakerAccount {
    const known = this.#makers.get(stage) ?? new MakerAccount(stage, this.#sharingOf(stage), this.#fates);
    this.#makers.set(stage, known);
    return known;
  }

  #link(id: string): LinkAccount {
    const known = this.#links.get(id) ?? new LinkAccount(id, this.#fates);
    this.#links.set(id, known);
    return known;
  }
}

function numbers(events: readonly TraceValue[]): readonly number[] {
  return events.map(Number);
}
