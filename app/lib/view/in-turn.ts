/** In one frame at least so many cards are written anew, and all of them within so many frames. */
const LEAST_AT_ONCE = 3;
const FRAMES = 5;
/** Where they change in frame after frame: nobody reads a number more often than this. */
const FRAMES_IN_MOTION = 12;
/** More than so many changes one after the other are motion, until so many updates have changed nothing. */
const MOTION_FROM = 3;
const MOTION_UNTIL = 2;
/** Those out of sight wait for so many frames more, unless nothing else is to be written. */
const LATER_OUT_OF_SIGHT = 30;

/** Something of a picture that is told of in words and numbers: plain data. */
interface Card {
  readonly id: string;
}

interface Written<C extends Card> {
  readonly card: C;
  /** As text: two that read the same look the same. */
  readonly text: string;
  /** The update that wrote it. */
  readonly since: number;
}

/**
 * Cards of a picture that changes in every frame. To write and lay out all of them takes longer than a frame lasts, and nobody
 * reads them all at once: they take turns, those that have waited longest first, and those in sight before the others. A few are
 * written at once, and within seven updates after the last change all in sight are as they should be. While they change in update
 * after update, fewer at once are enough: each is written anew within twelve.
 */
export class InTurn<C extends Card> {
  #written = new Map<string, Written<C>>();
  #updates = 0;
  #isBehind = false;
  /** As the last update gave them, written or not. */
  #given: ReadonlyMap<string, string> = new Map();
  /** How many updates gave something new since it last stood still, and how many since then gave nothing. */
  #changes = 0;
  #still = 0;

  /** Whether some still wait for their turn: update again with the next frame. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /**
   * @param isSeen - Whether a card is in sight. Those that are not are counted among what a frame can write, and come last.
   * @returns The cards to show in this frame, by their names. One that reads as before is the same object.
   */
  update(cards: readonly C[], isSeen: (id: string) => boolean = () => true): ReadonlyMap<string, C> {
    this.#updates += 1;
    const seen = cards.filter(({ id }) => isSeen(id)).length;
    const waitedFrom = (card: C): number => this.#since(card) + (isSeen(card.id) ? 0 : LATER_OUT_OF_SIGHT);
    const texts = new Map(cards.map((card) => [card.id, JSON.stringify(card)]));
    const isChanged = cards.some(({ id }) => this.#given.get(id) !== texts.get(id));
    this.#still = isChanged ? 0 : this.#still + 1;
    if (isChanged) this.#changes += 1;
    else if (this.#still > MOTION_UNTIL) this.#changes = 0;
    this.#given = texts;
    const most =
      this.#changes > MOTION_FROM
        ? Math.max(1, Math.ceil(seen / FRAMES_IN_MOTION))
        : Math.max(LEAST_AT_ONCE, Math.ceil(seen / FRAMES));
    const due = cards
      .filter(({ id }) => this.#written.has(id) && this.#written.get(id)?.text !== texts.get(id))
      .sort((a, b) => waitedFrom(a) - waitedFrom(b));
    const waiting = new Set(due.slice(most).map(({ id }) => id));
    this.#isBehind = waiting.size > 0;
    this.#written = new Map(
      cards.map((card) => {
        const before = this.#written.get(card.id);
        const text = texts.get(card.id) ?? '';
        const stays = before && (waiting.has(card.id) || before.text === text);
        return [card.id, stays ? before : { card, text, since: this.#updates }];
      }),
    );
    return new Map(Array.from(this.#written, ([id, { card }]) => [id, card]));
  }

  #since({ id }: C): number {
    return this.#written.get(id)?.since ?? 0;
  }
}
