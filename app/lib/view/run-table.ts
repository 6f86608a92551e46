import type { PipelineState, PlanView, StageId } from 'sluice';
import { sum } from 'd3-array';
import { edgeStates } from './edge-state.ts';
import { pipelineView, type StageCard, type Surroundings } from './pipeline-view.ts';
import type { FlowCard } from './flow-view.ts';
import type { SupervisorCard } from './supervisor-view.ts';
import { countText, valueText } from './value-label.ts';

const NONE = '–';

/** The picture as text: what it says of one stage. */
export interface StageRow {
  readonly stage: StageId;
  readonly kind: string;
  readonly worker: string;
  readonly doing: string;
  readonly handled: string;
  readonly emitted: string;
  readonly inHand: string;
  readonly buffer: string;
  readonly state: string;
  /** One cell per further column, in their order. */
  readonly further: readonly string[];
}

/** What it says of one subscription. */
export interface SubscriptionRow {
  readonly id: string;
  readonly between: string;
  readonly asked: string;
  readonly sent: string;
  readonly handled: string;
  readonly pending: string;
  readonly limits: string;
  readonly onTheWay: string;
  /** One cell per further column, in their order. */
  readonly further: readonly string[];
}

/** A column that most runs have no use for: shown once some row has something to say in it. */
interface FurtherColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | null;
}

const STAGE_COLUMNS: readonly FurtherColumn<StageCard>[] = [
  { title: 'dispatcher', cell: (card) => card.dispatcherText },
  { title: 'supervisor', cell: (card) => card.supervisor },
  { title: 'life', cell: (card) => card.lifeText },
  { title: 'queued', cell: factOf('queued') },
  { title: 'left out', cell: factOf('refused') },
  { title: 'lost', cell: factOf('lost') },
  { title: 'tasks', cell: factOf('tasks') },
  { title: 'operators', cell: (card) => card.operations },
  { title: 'windows', cell: factOf('windows') },
  { title: 'late', cell: factOf('late') },
];

function factOf(kind: StageCard['facts'][number]['kind']) {
  return (card: StageCard) => card.facts.find((fact) => fact.kind === kind)?.words ?? null;
}

interface EdgeFacts {
  readonly partition: string | null;
  readonly refused: number;
  readonly lost: number;
  readonly lives: number;
  readonly slowText: string | null;
}

const countOrNull = (count: number) => (count === 0 ? null : countText(count));

const EDGE_COLUMNS: readonly FurtherColumn<EdgeFacts>[] = [
  { title: 'partition', cell: ({ partition }) => partition },
  { title: 'refused', cell: ({ refused }) => countOrNull(refused) },
  { title: 'slowed by', cell: ({ slowText }) => slowText },
  { title: 'lost', cell: ({ lost }) => countOrNull(lost) },
  { title: 'subscribed', cell: ({ lives }) => (lives > 1 ? `${countText(lives)} times` : null) },
];

/** The titles of the columns that say something, and what each row has there. */
function further<Row>(
  columns: readonly FurtherColumn<Row>[],
  rows: readonly Row[],
): { readonly titles: readonly string[]; readonly cellsOf: (row: Row) => readonly string[] } {
  const shown = columns.filter(({ cell }) => rows.some((row) => cell(row) !== null));
  return {
    titles: shown.map(({ title }) => title),
    cellsOf: (row) => shown.map(({ cell }) => cell(row) ?? NONE),
  };
}

/** Events in hand that are named; more are counted. */
const NAMED = 3;

/** The picture as tables. */
export interface RunTables {
  readonly stages: readonly StageRow[];
  readonly subscriptions: readonly SubscriptionRow[];
  readonly supervisors: readonly SupervisorCard[];
  readonly flows: readonly FlowCard[];
  /** Titles of the further columns. */
  readonly stageTitles: readonly string[];
  readonly subscriptionTitles: readonly string[];
}

export function runTable(
  plan: PlanView,
  state: PipelineState,
  surroundings: Pick<Surroundings, 'placement' | 'hung'>,
): RunTables {
  const { stages, edges, supervisors, flows } = pipelineView(plan, state, surroundings);
  const states = edgeStates(state);
  const stageColumns = further(STAGE_COLUMNS, stages);
  const factsOf = (id: string): EdgeFacts => {
    const card = edges.find((edge) => edge.id === id);
    const own = states.get(id);
    return {
      partition: card?.partition ?? null,
      refused: card?.refused ?? 0,
      lost: own?.lost ?? 0,
      lives: own?.lives ?? 1,
      slowText: card?.slowText ?? null,
    };
  };
  const edgeColumns = further(
    EDGE_COLUMNS,
    edges.map(({ id }) => factsOf(id)),
  );
  return {
    supervisors,
    flows,
    stageTitles: stageColumns.titles,
    subscriptionTitles: edgeColumns.titles,
    stages: stages.map((card) => {
      const own = state.stages[card.id];
      const inHand = own?.inHand ?? [];
      const named = inHand.slice(0, NAMED).map((event) => valueText(event, 24));
      return {
        stage: card.id,
        kind: card.kindText,
        worker: card.workerText || NONE,
        doing: card.moodText,
        handled: card.kind === 'producer' ? NONE : countText(own?.handled ?? 0),
        emitted: card.kind === 'consumer' ? NONE : countText(own?.emitted ?? 0),
        inHand:
          inHand.length === 0
            ? NONE
            : `${named.join(', ')}${inHand.length > NAMED ? ` and ${inHand.length - NAMED} more` : ''}`,
        buffer: card.buffer
          ? `${card.buffer.text}${card.buffer.discarded > 0 ? `, ${countText(card.buffer.discarded)} discarded` : ''}`
          : NONE,
        state: card.stateText ?? NONE,
        further: stageColumns.cellsOf(card),
      };
    }),
    subscriptions: plan.subscriptions.map((link) => {
      const own = states.get(link.id);
      const events = sum(own?.eventsInFlight ?? [], (batch) => batch.count);
      const asks = sum(own?.asksInFlight ?? [], (ask) => ask.count);
      return {
        id: link.id,
        between: `${link.consumer} ← ${link.producer}`,
        asked: countText(own?.asked ?? 0),
        sent: countText(own?.dispatched ?? 0),
        handled: countText(own?.handled ?? 0),
        pending: countText(own?.pending ?? 0),
        limits: `max ${countText(link.maxDemand)}, min ${countText(link.minDemand)}`,
        onTheWay:
          events + asks === 0
            ? NONE
            : [events > 0 ? `${countText(events)} sent` : '', asks > 0 ? `${countText(asks)} asked for` : '']
                .filter(Boolean)
                .join(', '),
        further: edgeColumns.cellsOf(factsOf(link.id)),
      };
    }),
  };
}
