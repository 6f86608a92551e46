import type { StageWindows } from './window-log.ts';
import { windowTotals, type WindowTotals } from './window-account.ts';
import { nameAt } from './window-plane.ts';
import { bandLabel, type TimeWords } from './window-time.ts';
import { countText } from './value-label.ts';

/** What the windows came to in two orders of the same events. */
export interface TrialWords {
  readonly before: string;
  readonly after: string;
  /** Window by window, where they differ. */
  readonly differences: readonly string[];
}

const MOST_DIFFERENCES = 6;

/** Two orders side by side: "fired 2 times, nothing late" and "fired 3 times, 1 late". */
export function trialWords(before: StageWindows, after: StageWindows, times: TimeWords): TrialWords {
  const [was, is] = [firingsByWindow(before, times), firingsByWindow(after, times)];
  const differences = [...new Set([...was.keys(), ...is.keys()])].flatMap((label) => {
    const [one, other] = [was.get(label), is.get(label)];
    if (one?.fired === other?.fired && one?.count === other?.count) return [];
    if (!one || !other) return [other ? `${label} begins only now` : `${label} never begins`];
    const fired =
      one.fired === other.fired ? '' : `fired ${timesText(other.fired)} instead of ${timesText(one.fired)}`;
    const held =
      one.count === other.count ? '' : `holds ${countText(other.count)} instead of ${countText(one.count)}`;
    return [`${label} ${[fired, held].filter((words) => words !== '').join(' and ')}`];
  });
  return {
    before: shortText(windowTotals(before)),
    after: shortText(windowTotals(after)),
    differences:
      differences.length > MOST_DIFFERENCES
        ? [
            ...differences.slice(0, MOST_DIFFERENCES),
            `and ${differences.length - MOST_DIFFERENCES} windows more`,
          ]
        : differences,
  };
}

function firingsByWindow(own: StageWindows, times: TimeWords) {
  const lengthMs = own.windowing?.length ?? 0;
  return new Map(
    own.bands.map((band) => [
      bandLabel(band.type, nameAt(band, Infinity), lengthMs, times),
      { fired: band.firings.length, count: band.fills.at(-1)?.total ?? 0 },
    ]),
  );
}

const timesText = (count: number) => (count === 1 ? 'once' : `${countText(count)} times`);

function shortText({ fired, late }: WindowTotals): string {
  return `${fired === 0 ? 'never fired' : `fired ${timesText(fired)}`}, ${late === 0 ? 'nothing late' : `${countText(late)} late`}`;
}
