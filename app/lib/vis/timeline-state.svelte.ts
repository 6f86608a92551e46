import type { WorkerId } from 'sluice';
import { untrack } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import { gradually } from '../inspect/gradually.ts';
import {
  nextMark,
  pinMarks,
  rangeWith,
  timelineView,
  zoomed,
  type PinMark,
  type TimelineBy,
  type TimelineRange,
  type TimelineView,
} from '../view/timeline.ts';
import type { RunView } from '../sandbox/run-view.ts';
import { readIn } from '../view/run-logs.ts';
import { ShownPlan } from '../view/shown-plan.ts';
import { TimelineLog } from '../view/timeline-log.ts';
import type { Pin } from '../view/timeline-marks.ts';
import type { Playhead } from './playhead.svelte.ts';

const NO_PLAN = { stages: [], subscriptions: [] };
/** How much one step of zooming changes. */
const ZOOM_STEP = 1.6;
/** More rows than this are set closer. */
const MANY_ROWS = 12;
/** More new entries than this are read between frames; of those it is drawn anew after every such part. */
const MANY_ENTRIES = 16_384;
const DRAWN_EVERY = 0.2;

interface Around {
  readonly run: () => Pick<RunView, 'plan' | 'entries' | 'placement'>;
  readonly playhead: () => Playhead;
  /** What somebody has marked. */
  readonly pins: () => readonly Pin[];
}

/** What of a run the timeline shows, and how. */
export class TimelineState {
  readonly #around: Around;
  by: TimelineBy = $state.raw('entry');
  /** Of the lanes without their names, px. */
  width = $state.raw(500);
  readonly collapsed = new SvelteSet<WorkerId | null>();
  /** `null`: the whole run. */
  #range: TimelineRange | null = $state.raw(null);

  // By the plan alone: a live run is a new one at every moment, and what is known of it must outlive that.
  readonly #planned = $derived.by(() => this.#around.run().plan ?? NO_PLAN);
  readonly #shown = $derived(new ShownPlan(this.#planned));
  readonly plan = $derived.by(() => this.#shown.update(this.#around.run().entries));
  readonly #log = $derived.by(() => new TimelineLog(this.plan));
  /** Rises when more of a long run has been read. */
  #read = $state.raw(0);
  readonly view: TimelineView = $derived.by(() => {
    const { entries, placement } = this.#around.run();
    const log = this.#log;
    const isLong = this.#read >= 0 && entries.length - log.known > MANY_ENTRIES;
    log.update(entries, isLong ? log.known : entries.length);
    return timelineView(this.plan, this.#log, {
      width: this.width,
      laneHeight: this.laneHeight,
      by: this.by,
      range: this.#range,
      collapsed: this.collapsed,
      placement,
    });
  });
  readonly pins: readonly PinMark[] = $derived.by(() =>
    pinMarks(this.#around.pins(), this.view, (seq) => this.#around.playhead().positionOf(seq)),
  );

  /** For the script of a component: it reads on while that is shown. */
  constructor(around: Around) {
    this.#around = around;
    $effect(() => {
      const log = this.#log;
      const { entries } = this.#around.run();
      if (entries.length - log.known <= MANY_ENTRIES) return;
      let drawn = 0;
      return gradually(readIn(log, entries), {
        onshare: (share) => {
          if (share - drawn < DRAWN_EVERY) return;
          drawn = share;
          this.#readOn();
        },
        ondone: () => this.#readOn(),
      });
    });
  }

  #readOn(): void {
    this.#read = untrack(() => this.#read) + 1;
  }

  get log(): TimelineLog {
    return this.#log;
  }

  get laneHeight(): number {
    return this.plan.stages.length > MANY_ROWS ? 14 : 18;
  }

  get isZoomed(): boolean {
    return this.#range !== null;
  }

  /** Where the playhead stands, px. */
  get headX(): number {
    return this.view.xOf(this.#around.playhead().at);
  }

  showBy(by: TimelineBy): void {
    if (by === this.by) return;
    this.by = by;
    this.#range = null;
  }

  /** Shows less (1) or more (-1) of the run around a pixel; by default around the playhead. */
  zoom(direction: 1 | -1, x = this.headX): void {
    const { range, whole } = this.view;
    const share = Math.min(Math.max(x / Math.max(this.width, 1), 0), 1);
    const around = range.from + share * (range.to - range.from);
    this.#range = zoomed({ range, whole }, { factor: ZOOM_STEP ** direction, around });
  }

  /** Shows what lies between two pixels. */
  zoomTo(x1: number, x2: number): void {
    const { range } = this.view;
    const perPixel = (range.to - range.from) / Math.max(this.width, 1);
    const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
    if (right - left < 4) return;
    this.#range = { from: range.from + left * perPixel, to: range.from + right * perPixel };
  }

  /** Moves what is shown by a share of itself. */
  pan(share: number): void {
    if (!this.#range) return;
    const { range } = this.view;
    const step = share * (range.to - range.from);
    this.#range = { from: range.from + step, to: range.to + step };
  }

  showAll(): void {
    this.#range = null;
  }

  toggle(worker: WorkerId | null): void {
    if (!this.collapsed.delete(worker)) this.collapsed.add(worker);
  }

  /** Goes to the next (1) or the previous (-1) moment that is marked. */
  jump(direction: 1 | -1): void {
    const playhead = this.#around.playhead();
    const n = nextMark(this.#log, this.pins, { n: playhead.at, direction });
    if (n !== null) this.goTo(n);
  }

  /** Goes to the next (1) or the previous (-1) ask. */
  jumpToAsk(direction: 1 | -1): void {
    const { asks } = this.#log;
    const { at } = this.#around.playhead();
    const n = direction === 1 ? asks.at(asks.firstAbove(at)) : asks.at(asks.firstAbove(at - 1) - 1);
    if (!Number.isNaN(n)) this.goTo(n);
  }

  goTo(n: number): void {
    this.#around.playhead().seek(n);
    this.keepInView();
  }

  /** Moves what is shown so that the playhead lies in it. */
  keepInView(): void {
    if (!this.#range) return;
    const { at } = this.#around.playhead();
    this.#range = rangeWith(this.view.range, this.by === 'entry' ? at : this.#log.msAt(at));
  }
}
