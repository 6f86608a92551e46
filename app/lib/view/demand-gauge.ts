import type { SubscriptionState } from 'sluice';
import { scaleLinear } from 'd3-scale';
import { countText } from './value-label.ts';

/** Demand of one subscription as its consumer counts it. */
export type Demand = Pick<SubscriptionState, 'pending' | 'maxDemand' | 'minDemand'>;

/** `labelX` is the left end of the label. */
export interface GaugeTick {
  readonly x: number;
  readonly labelX: number;
  readonly label: string;
}

/** A bar of pending demand with two ticks, in pixels from its left end. */
export interface DemandGauge {
  readonly barWidth: number;
  /** The minimum and the maximum, with labels that do not run into each other. */
  readonly ticks: readonly GaugeTick[];
  /** One position per event of demand, while there is room to tell them apart; else empty. */
  readonly cells: readonly { readonly x: number; readonly width: number; readonly filled: boolean }[];
  /** "pending", where there is room for the word. */
  readonly word: string;
  /** "6 of 10". */
  readonly label: string;
}

/** Narrowest cell that can be told from its neighbour, in pixels. */
const LEAST_CELL = 4;
const CELL_GAP = 1;
/** Width of a character of the label, in pixels. */
const LABEL_CHARACTER = 6.2;

export function demandGauge(demand: Demand, width: number): DemandGauge {
  const { pending, maxDemand, minDemand } = demand;
  const label = `${countText(pending)} of ${countText(maxDemand)}`;
  const x = scaleLinear([0, Math.max(maxDemand, pending, 1)], [0, width]);
  const cellWidth = x(1);
  const cells =
    cellWidth < LEAST_CELL
      ? []
      : Array.from({ length: Math.max(maxDemand, pending) }, (_, i) => ({
          x: x(i),
          width: cellWidth - CELL_GAP,
          filled: i < pending,
        }));
  return {
    barWidth: x(pending),
    ticks: ticksOf({ min: x(minDemand), max: x(maxDemand), width }, demand),
    cells,
    word: ('pending '.length + label.length) * LABEL_CHARACTER <= width ? 'pending' : '',
    label,
  };
}

/** Width of a character of a tick's label, in pixels. */
const TICK_CHARACTER = 6;
const TICK_GAP = 4;

function ticksOf(
  at: { readonly min: number; readonly max: number; readonly width: number },
  { minDemand, maxDemand }: Demand,
): GaugeTick[] {
  const place = (words: readonly [string, string]) => {
    const [minWidth, maxWidth] = [words[0].length * TICK_CHARACTER, words[1].length * TICK_CHARACTER];
    const maxLabel = Math.max(0, Math.min(at.max - maxWidth / 2, at.width - maxWidth));
    const minLabel = Math.max(0, Math.min(at.min - minWidth / 2, maxLabel - TICK_GAP - minWidth));
    return {
      fits: minLabel + minWidth + TICK_GAP <= maxLabel,
      ticks: [
        { x: at.min, labelX: minLabel, label: words[0] },
        { x: at.max, labelX: maxLabel, label: words[1] },
      ],
    };
  };
  const full = place([`min ${countText(minDemand)}`, `max ${countText(maxDemand)}`]);
  return full.fits ? full.ticks : place([`${countText(minDemand)}`, `max ${countText(maxDemand)}`]).ticks;
}

/** "4 of 10 handled, so 6 remain; 6 > min 5, so no new ask yet". */
export function demandSentence({ pending, maxDemand, minDemand }: Demand): string {
  if (pending === 0) return `Nothing is pending; up to ${maxDemand} may be asked for`;
  if (pending === maxDemand) {
    return `All ${maxDemand} are asked for and none of them is handled yet`;
  }
  const handled = maxDemand - pending;
  if (handled < 0) return `${pending} are pending, more than max ${maxDemand}`;
  const remain = `${handled} of ${maxDemand} handled, so ${pending} ${pending === 1 ? 'remains' : 'remain'}`;
  return pending <= minDemand
    ? `${remain}; ${pending} ≤ min ${minDemand}, so it is time to ask again`
    : `${remain}; ${pending} > min ${minDemand}, so no new ask yet`;
}

/** Why an ask was made: "4 of 10 handled, so 6 remain; 6 ≤ min 6 → ask 4 more". */
export function askSentence(demand: Demand, count: number): string {
  const { maxDemand, minDemand } = demand;
  const remain = demand.pending - count;
  if (remain <= 0) return `nothing is pending, so it asks for ${count} (max ${maxDemand})`;
  const handled = maxDemand - remain;
  const verb = remain === 1 ? 'remains' : 'remain';
  if (remain <= minDemand && handled > 0) {
    return `${handled} of ${maxDemand} handled, so ${remain} ${verb}; ${remain} ≤ min ${minDemand} → ask ${count} more`;
  }
  return `${remain} ${verb} pending and it asks for ${count} more`;
}
