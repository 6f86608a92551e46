import {
  MAX_BOOKMARK_NOTE,
  MAX_BOOKMARKS,
  type Bookmark,
  type PlanView,
  type Recording,
  type Seq,
} from 'sluice';

const NONE: readonly Bookmark[] = [];

/** What was marked in the runs of a page, to be found again. A run is known by its plan; with it its bookmarks go. */
export class Bookmarks {
  readonly #of = new WeakMap<PlanView, readonly Bookmark[]>();
  #changes = $state.raw(0);

  /** In the order of the run. */
  of(plan: PlanView | null): readonly Bookmark[] {
    void this.#changes;
    return (plan && this.#of.get(plan)) ?? NONE;
  }

  has(plan: PlanView | null, seq: Seq): boolean {
    return this.of(plan).some((own) => own.seq === seq);
  }

  /** Adds a bookmark, or takes it away again. A run has no more than a recording may keep. */
  toggle(plan: PlanView, seq: Seq): void {
    const list = this.of(plan);
    if (this.has(plan, seq))
      this.#set(
        plan,
        list.filter((own) => own.seq !== seq),
      );
    else if (list.length < MAX_BOOKMARKS) this.#set(plan, [...list, { seq, note: '' }]);
  }

  /** Says what is to be found there. */
  note(plan: PlanView, seq: Seq, note: string): void {
    const cut = note.slice(0, MAX_BOOKMARK_NOTE);
    this.#set(
      plan,
      this.of(plan).map((own) => (own.seq === seq ? { seq, note: cut } : own)),
    );
  }

  /** Adds those that a recording brings. */
  open({ plan, tail }: Pick<Recording, 'plan' | 'tail'>): void {
    const brought = tail?.bookmarks ?? [];
    const own = this.of(plan);
    this.#set(plan, [...own, ...brought.filter(({ seq }) => !own.some((known) => known.seq === seq))]);
  }

  #set(plan: PlanView, bookmarks: readonly Bookmark[]): void {
    this.#of.set(
      plan,
      bookmarks.toSorted((a, b) => a.seq - b.seq),
    );
    this.#changes += 1;
  }
}
