import type { RunFigures } from './run-figures.ts';
import { countText, durationText } from './value-label.ts';

/** One number of a run: as text, and as a part (0 … 1) of the greater of the two that stand beside each other. */
export interface Bar {
  readonly text: string;
  readonly part: number;
}

/** The same number of two runs. */
export interface BarPair {
  readonly label: string;
  /** What it means. */
  readonly title: string;
  readonly here: Bar;
  readonly there: Bar;
}

/** The figures of two runs beside each other. */
export function barPairs(here: RunFigures, there: RunFigures): readonly BarPair[] {
  const row = (
    label: string,
    title: string,
    {
      of,
      text,
    }: { readonly of: (figures: RunFigures) => number | null; readonly text: (value: number) => string },
  ): BarPair => {
    const [a, b] = [of(here), of(there)];
    const most = Math.max(a ?? 0, b ?? 0);
    const bar = (value: number | null) => ({
      text: value === null ? '–' : text(value),
      part: value === null || most === 0 ? 0 : value / most,
    });
    return { label, title, here: bar(a), there: bar(b) };
  };
  const stages = [...new Set([...here.busy.keys(), ...there.busy.keys()])];
  return [
    row('took', 'From the beginning to the last entry', {
      of: ({ elapsedMs }) => elapsedMs,
      text: durationText,
    }),
    row('throughput', 'Events per second that were handled at the end of the pipeline', {
      of: ({ perSecond }) => perSecond,
      text: (value) => `${countText(Math.round(value * 10) / 10)}/s`,
    }),
    row('latency p95', '95 of 100 events took no longer from being made to being handled at the end', {
      of: ({ latency }) => latency?.p95Ms ?? null,
      text: durationText,
    }),
    row('deepest queue', 'Most events that waited before one stage, or in one buffer', {
      of: ({ depth }) => depth.events,
      text: countText,
    }),
    row('dropped', 'Events dropped by full buffers, left out, too late or lost', {
      of: ({ dropped }) => dropped,
      text: countText,
    }),
    row('asks', 'Asks that were sent', { of: ({ asks }) => asks.count, text: countText }),
    row('asked for', 'Events that were asked for', { of: ({ asks }) => asks.events, text: countText }),
    ...stages.map((stage) =>
      row(`${stage} busy`, `Part of the time that ${stage} was at work`, {
        of: ({ busy }) => busy.get(stage) ?? null,
        text: (value) => `${Math.round(value * 100)} %`,
      }),
    ),
  ];
}
