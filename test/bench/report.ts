import type { Measured } from './measure.ts';
import type { Target, Work } from './work.ts';

/** What the machine and the programs are, for whoever reads figures later. */
export interface Setting {
  readonly date: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** The lines over all tables. */
export function heading({ date, machine, versions }: Setting): string[] {
  const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [`${date} · ${machine}`, listed.join(' · ')];
}

/** Who has come to the right result: the figures of so few events mean nothing. */
export function results(work: Work, measured: readonly Measured[]): string {
  return `${work.name}: right results of ${measured.map(({ contender }) => contender.name).join(', ')}`;
}

/** A work's figures as lines of text: per contender the time of an event and how it compares. */
export function table(work: Work, measured: readonly Measured[]): string[] {
  const best = bestPeer(measured);
  const [first] = measured;
  const ofProcessor = measured.some(({ processorRatio }) => processorRatio !== null);
  const rows = measured.map(({ contender, events, ns, ratio, processorRatio }) => [
    contender.name,
    ns.toFixed(ns < 100 ? 1 : 0),
    times(ratio.median),
    `${times(ratio.low)} … ${times(ratio.high)}`,
    best ? times(ns / best.ns) : '',
    ...(ofProcessor ? [times(processorRatio ?? NaN)] : []),
    events.toLocaleString('en'),
  ]);
  const head = [
    '',
    'ns/event',
    `× ${first?.contender.name ?? ''}`,
    'quartiles',
    best ? `× ${best.contender.name}` : '',
    ...(ofProcessor ? ['processor time'] : []),
    'events',
  ];
  return [
    `${work.name} · ${work.title}`,
    ...aligned([head, ...rows]),
    ...work.targets.map((target) => `  ${verdict(target, measured)}`),
  ];
}

/** Whether a target is reached in these figures. */
export function verdict({ for: name, atMost, of }: Target, measured: readonly Measured[]): string {
  const ratio = ratioOf(measured, name, of);
  const says = `target: ${name} ≤ ${times(atMost)} × ${of}`;
  if (ratio === null) return `${says}: not measured`;
  return `${says}: ${times(ratio)}, ${ratio <= atMost ? 'reached' : 'missed'}`;
}

/** One contender's time in multiples of another's; of the first one by rounds, else by medians. */
function ratioOf(measured: readonly Measured[], name: string, of: string): number | null {
  const one = measured.find(({ contender }) => contender.name === name);
  const other = measured.find(({ contender }) => contender.name === of);
  if (!one || !other) return null;
  return other === measured[0] ? one.ratio.median : one.ns / other.ns;
}

function bestPeer(measured: readonly Measured[]): Measured | null {
  const peers = measured.filter(({ contender }) => contender.role === 'peer');
  return peers.reduce<Measured | null>((best, one) => (best && best.ns <= one.ns ? best : one), null);
}

function times(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0);
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
