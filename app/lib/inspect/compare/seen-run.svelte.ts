import type { PlanView } from 'sluice';
import type { RunView } from '../../sandbox/run-view.ts';
import { announcer } from '../../ui/announcer.svelte.ts';
import { sameMoment } from '../../view/same-moment.ts';
import { shownPlan } from '../../view/shown-plan.ts';
import { loadsOfRuns } from '../../view/stage-load.ts';
import { asPart, type Steps } from '../../view/steps.ts';
import { durationText } from '../../view/value-label.ts';
import { Playhead } from '../../vis/playhead.svelte.ts';
import { Focus } from '../focus.svelte.ts';
import { gradually } from '../gradually.ts';
import { isInPlan } from '../subject.ts';
import { isRunOver, type KeptRun } from './run-shelf.svelte.ts';

/** Positions of two runs that belong together whatever time it was: entries applied. `null`: one of them has no such moment. */
export interface Alike {
  readonly here: number | null;
  readonly there: number | null;
}

interface Moments {
  readonly at?: number | null;
  readonly alike?: readonly Alike[];
}

/** A run, with the moment of it that is shown and what is looked at. */
interface ShownRun {
  readonly run: RunView;
  readonly playhead: Playhead;
  readonly focus: Focus;
}

/** A run that is seen in the place of that of the page. */
export interface OtherRun extends ShownRun {
  readonly kept: KeptRun;
}

/**
 * Which of two runs the picture and the timeline show: the run of the page, or the one that it is compared with. Both are shown at the
 * same moment; what is marked in the one is not touched by looking at the other.
 */
export class SeenRun {
  readonly #own: () => ShownRun;
  readonly #reducedMotion: () => boolean;
  #other: OtherRun | null = $state.raw(null);
  #isOther = $state.raw(false);
  #reading: { readonly name: string; readonly share: number } | null = $state.raw(null);
  /** Where the other run was put, entries applied: if it stands elsewhere, somebody has moved it. */
  #putAt = 0;
  #plan: PlanView | null = null;
  #stop = () => {};

  /** Moments of this run and of the other one that belong together. */
  alike: readonly Alike[] = [];

  constructor(own: () => ShownRun, reducedMotion: () => boolean) {
    this.#own = own;
    this.#reducedMotion = reducedMotion;
  }

  /** The other run, once it can be seen; `null` while there is none to switch to. */
  get other(): OtherRun | null {
    return this.#other;
  }

  /** Whether the other run is seen. */
  get isOther(): boolean {
    return this.#isOther;
  }

  /** The other run that will be seen once it is read, and how much of it is, 0 to 1; `null` while none is read. */
  get reading(): { readonly name: string; readonly share: number } | null {
    return this.#reading;
  }

  /** Another run of the page is shown: nothing is compared with it yet. */
  enter(plan: PlanView | null): void {
    if (plan === this.#plan) return;
    this.#plan = plan;
    this.leave();
  }

  /**
   * Shows another run in the place of this one. A long one is read first, in slices.
   *
   * @param moments - `at`: its moment, entries applied; left out: the same moment as that of this run. `alike`: as far as known.
   */
  show(kept: KeptRun, { at = null, alike = [] }: Moments = {}): void {
    if (this.#other?.kept !== kept) this.leave();
    this.alike = alike;
    if (this.#other) return this.#showAt(at);
    const run = viewOf(kept);
    const playhead = new Playhead(() => run, { reducedMotion: this.#reducedMotion });
    this.#stop = gradually(readAhead(playhead, kept), {
      onshare: (share) => (this.#reading = { name: kept.name, share }),
      ondone: () => {
        this.#reading = null;
        this.#other = { kept, run, playhead, focus: new Focus() };
        this.#showAt(at);
      },
    });
  }

  /** Shows the other run, or this one again, at the same moment. */
  see(which: 'own' | 'other'): void {
    const isOther = which === 'other';
    if (this.#other === null || isOther === this.#isOther) return;
    this.#own().playhead.pause();
    this.#other.playhead.pause();
    if (isOther) this.#putOther(this.#other);
    else this.#putOwn(this.#other);
    this.#isOther = isOther;
    const { name } = this.#other.kept;
    const atMs = (isOther ? this.#other : this.#own()).playhead.entry?.atMs ?? 0;
    announcer.say('seen', `The picture shows ${isOther ? name : 'this run'}, at ${durationText(atMs)}.`);
  }

  /** Shows this run again, and no other. */
  leave(): void {
    this.#stop();
    this.#reading = null;
    this.see('own');
    this.#other = null;
    this.alike = [];
  }

  #showAt(at: number | null): void {
    this.see('other');
    const seq = at === null ? undefined : this.#other?.run.entries[at - 1]?.seq;
    if (seq === undefined) return;
    this.#other?.playhead.showMoment(seq);
    this.#putAt = -1;
  }

  #putOther(other: OtherRun): void {
    const { run, playhead, focus } = this.#own();
    const { subject } = focus;
    other.focus.subject = subject && isInPlan(subject, other.kept.plan) ? subject : null;
    const known = this.alike.find(({ here }) => here === playhead.at)?.there;
    const own = { entries: run.entries, isOver: isRunOver(run.status) };
    other.playhead.seek(known ?? sameMoment(own, playhead.at, other.kept));
    this.#putAt = other.playhead.at;
  }

  #putOwn({ kept, playhead }: OtherRun): void {
    if (playhead.at === this.#putAt) return;
    const own = this.#own();
    const known = this.alike.find(({ there }) => there === playhead.at)?.here;
    const { entries, status } = own.run;
    own.playhead.seek(known ?? sameMoment(kept, playhead.at, { entries, isOver: isRunOver(status) }));
  }
}

/** What the picture of any moment needs to know of the run. */
function* readAhead(playhead: Playhead, { plan, entries }: KeptRun): Steps<void> {
  yield* asPart(playhead.reading(), { from: 0, to: 0.5 });
  yield* asPart(loadsOfRuns.reading(shownPlan(plan, entries), entries), { from: 0.5, to: 1 });
}

function viewOf({ plan, entries, placement, workers, problems, isOver }: KeptRun): RunView {
  return {
    status: isOver ? 'finished' : 'stopped',
    plan,
    placement,
    workers,
    entries,
    dropped: 0,
    stages: [],
    subscriptions: [],
    console: [],
    consoleDropped: 0,
    problems,
    elapsedMs: entries.at(-1)?.atMs ?? 0,
  };
}
