import type { PlanView } from 'sluice';
import type { Size } from './box.ts';
import { pipelineLayout, surelyOutgrows, type PipelineLayout } from './pipeline-layout.ts';

/** Pixels that a thin scrollbar takes at most. */
const SCROLLBAR = 12;
/** Rooms that are remembered: a line that comes and goes above the picture makes two of one. */
const MOST_KEPT = 6;

/** The layouts of one plan. To lay it out takes longer than a frame: a room it has stood in before costs nothing. */
export class PipelineLayouts {
  readonly #plan: PlanView;
  readonly #kept = new Map<string, PipelineLayout>();

  constructor(plan: PlanView) {
    this.#plan = plan;
  }

  /** How it stands in a room: beside a scrollbar where it is higher. */
  in({ width, height }: Size): PipelineLayout {
    const key = `${width} ${height}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const layout = this.#free({ width, height }) ?? this.#beside({ width, height });
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= MOST_KEPT) this.#kept.delete(oldest);
    this.#kept.set(key, layout);
    return layout;
  }

  /** How it stands in all of the room; `null` where that is too low for it. */
  #free(room: Size): PipelineLayout | null {
    if (surelyOutgrows(this.#plan, room)) return null;
    const layout = pipelineLayout(this.#plan, room);
    return layout.height <= room.height ? layout : null;
  }

  #beside({ width, height }: Size): PipelineLayout {
    return pipelineLayout(this.#plan, { width: width - SCROLLBAR, height });
  }
}
