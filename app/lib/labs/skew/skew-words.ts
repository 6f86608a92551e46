import { mean, sum } from 'd3-array';
import { capital, durationText, listed, percentText, plural } from '../../view/value-label.ts';
import { largestShare } from './skew-settings.ts';
import { EVERY_MS, TOGETHER, type SkewSettings } from './skew-programs.ts';
import type { LaneRun, SkewRun } from './skew-run.ts';

/** The fullest of those that do the work; `null` where there are none. */
export function hottestOf({ lanes }: SkewRun): LaneRun | null {
  return [...lanes].sort((a, b) => b.share - a.share)[0] ?? null;
}

/** What the fullest of those that do the work is called: two stages have workers for it. */
export function hottestWord({ counters }: SkewRun): string {
  return counters.length > 0 ? 'hottest worker' : 'hottest lane';
}

/** What those that do the work get. */
export function eventsWord({ fix }: SkewSettings): 'sums' | 'orders' {
  return fix === 'preAggregate' ? 'sums' : 'orders';
}

/** How much of the run the others were idle on average, 0 to 1; `null` where there are no others. */
export function othersIdle(run: SkewRun): number | null {
  const hottest = hottestOf(run);
  return (
    mean(
      run.lanes.filter((lane) => lane !== hottest),
      ({ idle }) => idle,
    ) ?? null
  );
}

/** What of its events the fullest one got, against an even share. */
const UNEVEN = 1.5;
/** Idle for less than this part of a run is as good as never. */
const NEVER = 0.005;

/** Who did how much of the work. */
export function loadSentence(run: SkewRun, { fix, shares }: SkewSettings): string {
  const hottest = hottestOf(run);
  const idle = othersIdle(run);
  if (!hottest || idle === null || run.counted === 0) return '';
  const others = plural(run.lanes.length - 1, 'other');
  const what = fix === 'preAggregate' ? `of the ${run.carried} sums` : 'of the orders';
  const own =
    hottest.idle < NEVER ? 'was never idle' : `was idle for ${percentText(hottest.idle)} of the run`;
  const facts = `${capital(hottest.stage)} got ${percentText(hottest.share)} ${what} and ${own}; the ${others} were idle for ${percentText(idle)} of it on average.`;
  if (hottest.share < UNEVEN / run.lanes.length) return `The work is shared out. ${facts}`;
  const [city, share] = largestShare(shares);
  const isAlone = fix === 'plain' && hottest.cities.some((one) => one.city === city);
  return isAlone ? `${facts} ${city} alone is ${share}\u00a0% of the orders, and a key has one lane.` : facts;
}

/** How long orders took. */
export function latencySentence(run: SkewRun): string {
  if (run.p50Ms === null || run.p99Ms === null) return '';
  return `Half of the orders were counted within ${durationText(run.p50Ms)} of coming in, 99 of 100 within ${durationText(run.p99Ms)}.`;
}

/** What the order of the events of one city has come to. */
export function orderSentence({ overtaken, carried, counted }: SkewRun, { fix }: SkewSettings): string {
  const [first] = overtaken;
  if (first) {
    const cities = [...new Set(overtaken.map(({ city }) => city))];
    return `Broken: ${plural(overtaken.length, 'order')} of ${listed(cities)} ${overtaken.length === 1 ? 'was' : 'were'} counted after a later one of the same city. The first is order ${first.n}, counted after order ${first.later}.`;
  }
  if (fix === 'preAggregate')
    return `Kept between sums: they are counted in the order in which they were made. Inside one there is none left to see: ${counted} orders came as ${carried} sums.`;
  if (fix === 'plain') return 'Kept: a city has one lane, and a lane takes its orders as they came.';
  return 'Kept in this run: no order was counted after a later one of its city. Nothing in the program promises it.';
}

/** Whether the totals are those of a plain loop, and what they were put together from. */
export function totalsSentence(run: SkewRun, { fix }: SkewSettings): string {
  const wrong = run.totals.filter(({ told, expected }) => told !== expected);
  const split = run.totals.filter(({ parts }) => parts.length > 1);
  const [worst] = [...(wrong.length > 0 ? wrong : split)].sort((a, b) => b.expected - a.expected);
  const parts = worst?.parts.map(({ count }) => count).join(' + ') ?? '';
  if (worst && wrong.length > 0) {
    const why = split.includes(worst)
      ? `Its lanes counted ${parts} = ${sum(worst.parts, ({ count }) => count)}, but the last stage takes what one lane told for the whole: a second merge is missing.`
      : '';
    return `Wrong: the run says ${worst.told ?? 'nothing'} for ${worst.city}, the plain loop ${worst.expected}. ${why}`.trim();
  }
  const right = 'Right: all totals are those of the plain loop.';
  if (worst) {
    return `${right} ${worst.city} is put together from the parts of ${plural(worst.parts.length, 'lane')}: ${parts} = ${worst.told}. No lane has the whole, so there is a second merge to keep.`;
  }
  if (fix === 'preAggregate')
    return `${right} Every order is added up twice, into a sum and with that in its lane. This needs a result that sums can be put together from: a count, a maximum; not a median.`;
  return `${right} A city is counted in one lane, so nothing has to be merged.`;
}

/** What else a fix costs; empty where nothing. */
export function costSentence(run: SkewRun, { fix }: SkewSettings): string {
  if (fix === 'preAggregate' && run.p50Ms !== null)
    return `An order waits until ${TOGETHER} have come, up to ${durationText((TOGETHER - 1) * EVERY_MS)}: half of them took ${durationText(run.p50Ms)} or longer, however idle the lanes are.`;
  const hottest = [...run.counters].sort((a, b) => b.share - a.share)[0];
  if (fix === 'twoStages' && hottest)
    return `Every order takes one hop more. ${capital(hottest.stage)} counts ${percentText(hottest.share)} of them and is idle for ${percentText(hottest.idle)} of the run all the same: counting is quick.`;
  return '';
}
