import type { RunEnd, RunUpdate, StageCounters } from 'sluice';
import { countText, durationText, plural } from '../../app/lib/view/value-label.ts';

/** Stages that a line without a width tells of. */
const STAGES_TOLD = 8;

/** Events that all stages together have handled. */
export function handledIn(stages: readonly StageCounters[]): number {
  return stages.reduce((sum, { handled }) => sum + handled, 0);
}

/**
 * Where a run stands, in one line.
 *
 * @param perSecond - Events handled in the last second, by all stages.
 * @param columns - Width of the terminal; `null` on what is none.
 */
export function progressLine(update: RunUpdate, perSecond: number, columns: number | null): string {
  const { elapsedMs, workers, stages, status, transport } = update;
  const shape = `${durationText(elapsedMs)} · ${workersText(workers, transport)} · ${countText(Math.round(perSecond))} events/s`;
  const begun = status === 'starting' ? `${shape} · starting` : shape;
  const told = stages.map(
    ({ stage, handled, emitted, buffered, status: own }) =>
      `${stage} ${countText(handled > 0 ? handled : emitted)}${buffered > 0 ? ` (${countText(buffered)} buffered)` : ''}${own === 'crashed' ? ' (crashed)' : ''}`,
  );
  let line = begun;
  for (const [i, each] of told.entries()) {
    const next = `${line} · ${each}`;
    const isFull = columns === null ? i >= STAGES_TOLD : next.length + 8 > columns;
    if (isFull) {
      line = `${line} · +${told.length - i}`;
      break;
    }
    line = next;
  }
  return columns === null ? line : line.slice(0, Math.max(0, columns - 1));
}

/** What a run came to, for its end: a sentence, and a table of its stages. */
export function summaryText(
  update: RunUpdate,
  end: RunEnd,
  run: { readonly file: string; readonly seed: number },
): string {
  const { elapsedMs, workers, stages, transport } = update;
  const how = `${run.file}: ${ENDS[end.type]}, after ${durationText(elapsedMs)} on ${workersText(workers, transport)}, with seed ${run.seed}`;
  return stages.length === 0 ? how : [how, ...table(stages)].join('\n');
}

const ENDS: Readonly<Record<RunEnd['type'], string>> = {
  idle: 'nothing is left to do',
  exited: 'every stage has ended',
  crashed: 'a stage has crashed',
  stopped: 'stopped',
  failed: 'ended by a failure',
};

type Column = readonly [name: string, of: (stage: StageCounters) => number];

const COLUMNS: readonly Column[] = [
  ['worker', ({ worker }) => worker + 1],
  ['handled', ({ handled }) => handled],
  ['emitted', ({ emitted }) => emitted],
  ['buffered', ({ buffered }) => buffered],
  ['discarded', ({ discarded }) => discarded],
  ['lost', ({ lost }) => lost],
];

/** What is 0 everywhere is left out, but for what every run has. */
const ALWAYS = new Set(['worker', 'handled', 'emitted']);
const STAGES_LISTED = 40;

function table(stages: readonly StageCounters[]): string[] {
  const columns = COLUMNS.filter(([name, of]) => ALWAYS.has(name) || stages.some((stage) => of(stage) > 0));
  const listed = stages.slice(0, STAGES_LISTED);
  const rows = [
    ['stage', ...columns.map(([name]) => name), 'now'],
    ...listed.map((stage) => [stage.stage, ...columns.map(([, of]) => countText(of(stage))), stage.status]),
  ];
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    `  ${row.map((cell, i) => (i === 0 || i === row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`.trimEnd(),
  );
  const more = stages.length - listed.length;
  return more > 0 ? [...lines, `  and ${plural(more, 'more stage')}`] : lines;
}

/** How many workers, and how those of several reach each other. */
function workersText(workers: number, transport: RunUpdate['transport']): string {
  const count = plural(Math.max(1, workers), 'worker');
  return workers > 1 ? `${count} (${TRANSPORTS[transport]})` : count;
}

const TRANSPORTS: Readonly<Record<RunUpdate['transport'], string>> = {
  ring: 'shared memory',
  port: 'message ports',
};
