import type {
  PipelineState,
  PlanView,
  RecordedEnd,
  RecordingHead,
  StageId,
  StageState,
  StageView,
} from 'sluice';
import { edgeStates } from '../../app/lib/view/edge-state.ts';
import { kindWord } from '../../app/lib/view/entry-sentence.ts';
import { stageFacts } from '../../app/lib/view/stage-facts.ts';
import { countText, durationText, plural, valueText } from '../../app/lib/view/value-label.ts';
import type { ReadRecording } from './recording-file.ts';
import type { ReplayFigures, StageFigures } from './replay-figures.ts';

const STATE_CHARACTERS = 120;
const STAGES_TOLD = 200;

/** What a text is about: everything, or one stage. */
export type Focus = (stage: StageId) => boolean;

/** What ran, and how it went: the first lines. */
export function headText({ head, tail }: ReadRecording, file: string, figures: ReplayFigures): string {
  const { plan, workers, seed, program } = head;
  const what = program ? `${program.entry}, recorded in ${file}` : file;
  const lasted = durationText(tail?.elapsedMs ?? figures.lastMs);
  return [
    `${what}: ${plural(plan.stages.length, 'stage')} on ${plural(workers, 'worker')}, with seed ${seed}; ${plural(figures.entries, 'entry', 'entries')} in ${lasted}.`,
    endText(tail?.end ?? null),
    ...(tail !== null && tail.dropped > 0
      ? [`${plural(tail.dropped, 'entry is', 'entries are')} missing, as more happened than was kept.`]
      : []),
  ].join('\n');
}

/** How a run ended; `null`: its recording was cut off. */
function endText(end: RecordedEnd | null): string {
  if (end === null) return 'The file was cut off: what happened after its last entry is not known.';
  switch (end.type) {
    case 'idle':
      return 'It ended as nothing was left to do.';
    case 'exited':
      return 'It ended as every stage had ended.';
    case 'crashed':
      return 'It ended with nothing left to do, after a stage had crashed.';
    case 'stopped':
      return 'It was stopped.';
    case 'unfinished':
      return 'It was saved while it went on.';
    case 'failed':
      return `It failed: ${end.error.message}.`;
  }
}

/** Who there is, where, and who subscribes to whom. */
export function planText({ plan, placement }: RecordingHead, isMeant: Focus): string {
  const stages = plan.stages.filter(({ id }) => isMeant(id));
  const width = Math.max(0, ...stages.map(({ id }) => id.length));
  const lines = stages.slice(0, STAGES_TOLD).map((stage) => {
    const worker = placement[stage.id];
    const parts = [
      kindWord(stage.kind),
      ...(stage.dispatcher === null || stage.dispatcher === 'demand'
        ? []
        : [`${stage.dispatcher} dispatcher`]),
      ...(worker === undefined ? [] : [`worker ${worker + 1}`]),
      ...upstreams(plan, stage.id),
    ];
    return `  ${stage.id.padEnd(width)}  ${parts.join(', ')}`;
  });
  return ['Plan', ...lines, ...rest(stages.length), ...supervisorLines(plan, isMeant)].join('\n');
}

function upstreams({ subscriptions }: PlanView, id: StageId): string[] {
  return subscriptions
    .filter(({ consumer }) => consumer === id)
    .map(
      ({ producer, maxDemand, minDemand }) =>
        `subscribes to ${producer} (at most ${countText(maxDemand)} pending, asks again at ${countText(minDemand)})`,
    );
}

function supervisorLines({ supervisors = [] }: PlanView, isMeant: Focus): string[] {
  return supervisors
    .filter(({ id, children }) => isMeant(id) || children.some((child) => isMeant(child.id)))
    .map(
      ({ id, strategy, maxRestarts, maxSeconds, children }) =>
        `  ${id}  supervisor, ${strategy}, at most ${plural(maxRestarts, 'restart')} in ${countText(maxSeconds)} s, of ${children.map((child) => child.id).join(', ')}`,
    );
}

type Column = readonly [title: string, of: (own: StageFigures) => number];

const COLUMNS: readonly Column[] = [
  ['calls', ({ calls }) => calls],
  ['asks', ({ asks }) => asks],
  ['asked for', ({ asked }) => asked],
  ['taken', ({ taken }) => taken],
  ['sent', ({ sent }) => sent],
  ['discarded', ({ discarded }) => discarded],
  ['left out', ({ dropped }) => dropped],
  ['too late', ({ late }) => late],
  ['lost', ({ lost }) => lost],
  ['windows fired', ({ windows }) => windows],
  ['tasks', ({ tasks }) => tasks],
  ['restarts', ({ restarts }) => restarts],
  ['crashes', ({ crashes }) => crashes],
  ['faults', ({ faults }) => faults],
  ['warnings', ({ warnings }) => warnings],
  ['printed', ({ printed }) => printed],
];

/** What each stage has done, in numbers; what nobody has done is left out. */
export function figuresText(figures: ReplayFigures, isMeant: Focus): string {
  const rows = [...figures.stages].filter(([id]) => isMeant(id));
  const columns = COLUMNS.filter(([, of]) => rows.some(([, own]) => of(own) > 0));
  const cells = [
    ['stage', 'first', 'last', ...columns.map(([title]) => title)],
    ...rows
      .slice(0, STAGES_TOLD)
      .map(([id, own]) => [
        id,
        durationText(own.firstMs),
        durationText(own.lastMs),
        ...columns.map(([, of]) => countText(of(own))),
      ]),
  ];
  const widths = cells[0]?.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0))) ?? [];
  const lines = cells.map((row) =>
    `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`.trimEnd(),
  );
  return ['Timeline', ...lines, ...rest(rows.length)].join('\n');
}

/** Every stage as it stands at a moment, and what is on its way to it. */
export function stateText(plan: PlanView, state: PipelineState, isMeant: Focus): string {
  const stages = plan.stages.filter(({ id }) => isMeant(id));
  const edges = edgeStates(state);
  const lines = stages.slice(0, STAGES_TOLD).flatMap((stage) => {
    const own = state.stages[stage.id];
    if (!own) return [];
    const links = plan.subscriptions.filter(({ consumer }) => consumer === stage.id);
    return [
      `  ${stage.id}: ${stageWords(stage, own)}`,
      ...links.flatMap(({ id, producer }) => {
        const link = edges.get(id);
        if (!link) return [];
        const onTheWay = link.eventsInFlight.reduce((sum, { count }) => sum + count, 0);
        const over = link.endedAtConsumer || link.endedAtProducer ? ', over' : '';
        return [
          `    from ${producer}${over}: asked for ${countText(link.asked)}, ${countText(link.dispatched)} sent, ${countText(link.handled)} handled, ${countText(link.pending)} pending${onTheWay > 0 ? `, ${countText(onTheWay)} on the way` : ''}`,
        ];
      }),
    ];
  });
  const moment =
    state.lastSeq === 0
      ? 'Before the first entry'
      : `After entry ${state.lastSeq}, at ${durationText(state.atMs)}`;
  return [moment, ...lines, ...rest(stages.length)].join('\n');
}

function stageWords(stage: StageView, own: StageState): string {
  const doing = own.status === 'busy' && own.callback !== null ? `in ${own.callback}` : STATUS[own.status];
  return [
    doing,
    ...(own.life > 1 ? [`life ${own.life}`] : []),
    `${countText(own.handled)} handled`,
    `${countText(own.emitted)} emitted`,
    ...(own.inHand.length > 0 ? [`${countText(own.inHand.length)} in hand`] : []),
    ...(own.buffered > 0 ? [`${countText(own.buffered)} buffered`] : []),
    ...(own.discarded > 0 ? [`${countText(own.discarded)} discarded`] : []),
    ...stageFacts(stage, own).map(({ words }) => words),
    ...(own.state === null ? [] : [`state ${valueText(own.state, STATE_CHARACTERS)}`]),
  ].join(', ');
}

const STATUS: Readonly<Record<StageState['status'], string>> = {
  absent: 'not started yet',
  idle: 'waiting',
  busy: 'busy',
  exited: 'ended',
  crashed: 'crashed',
};

function rest(count: number): string[] {
  return count > STAGES_TOLD
    ? [`  and ${plural(count - STAGES_TOLD, 'more stage')}: name one with --stage`]
    : [];
}
