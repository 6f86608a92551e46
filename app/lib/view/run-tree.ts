import type { PipelineState, PlanView, StageId, SubscriptionView, TraceValue } from 'sluice';
import { demandSentence } from './demand-gauge.ts';
import { edgeStates, type EdgeState } from './edge-state.ts';
import { pipelineView, type StageCard, type Surroundings } from './pipeline-view.ts';
import type { Subject } from '../inspect/subject.ts';
import { countText, plural, valueText } from './value-label.ts';

/** One thing of a run that can be walked to: a stage, what it subscribes to, a value. */
export interface TreeNode {
  /** Unique in its tree, and the same from moment to moment. */
  readonly id: string;
  readonly words: string;
  /** What is looked at when it is chosen; `null` where there is nothing of its own. */
  readonly subject: Subject | null;
  readonly children: readonly TreeNode[];
}

/** Events named below a node; more are counted. */
const NAMED = 10;

/** The pipeline at one moment, to be walked: stages, then their subscriptions, then values. */
export function runTree(
  plan: PlanView,
  state: PipelineState,
  surroundings: Pick<Surroundings, 'placement' | 'hung'>,
): readonly TreeNode[] {
  const { stages, supervisors } = pipelineView(plan, state, surroundings);
  const edges = edgeStates(state);
  return [
    ...supervisors.map((card): TreeNode => ({
      id: `supervisor ${card.id}`,
      words: card.name,
      subject: { type: 'supervisor', id: card.id },
      children: [],
    })),
    ...stages.map((card): TreeNode => ({
      id: `stage ${card.id}`,
      words: `${card.id}, ${[card.kindText, card.workerText].filter(Boolean).join(' on ')}: ${card.moodText}`,
      subject: { type: 'stage', id: card.id },
      children: [
        ...plan.subscriptions
          .filter(({ consumer }) => consumer === card.id)
          .map((link) => edgeNode(link, edges.get(link.id), 'takes from')),
        ...plan.subscriptions
          .filter(({ producer }) => producer === card.id)
          .map((link) => edgeNode(link, edges.get(link.id), 'gives to')),
        ...factsOf(card, state),
      ],
    })),
  ];
}

function edgeNode(
  link: SubscriptionView,
  own: EdgeState | undefined,
  towards: 'takes from' | 'gives to',
): TreeNode {
  const id = `${towards} ${link.id}`;
  const other = towards === 'takes from' ? link.producer : link.consumer;
  const events = (own?.eventsInFlight ?? []).flatMap((batch) => batch.events);
  const count = (own?.eventsInFlight ?? []).reduce((sum, batch) => sum + batch.count, 0);
  const asks = own?.asksInFlight ?? [];
  const demand = {
    pending: own?.pending ?? 0,
    maxDemand: own?.maxDemand ?? link.maxDemand,
    minDemand: own?.minDemand ?? link.minDemand,
  };
  const part = link.partition === undefined ? '' : `, partition ${link.partition}`;
  return {
    id,
    words: `${towards} ${other}${part}: ${demandSentence(demand)}`,
    subject: { type: 'edge', id: link.id },
    children: [
      leaf(
        `${id} counts`,
        `asked for ${countText(own?.asked ?? 0)}, sent ${countText(own?.dispatched ?? 0)}, handled ${countText(own?.handled ?? 0)}`,
      ),
      ...asks.map((ask) => leaf(`${id} ask ${ask.seq}`, `an ask for ${countText(ask.count)} is on its way`)),
      ...(count === 0 ? [] : [valuesNode(`${id} moving`, 'on its way', events, count)]),
    ],
  };
}

function factsOf(card: StageCard, state: PipelineState): readonly TreeNode[] {
  const own = state.stages[card.id];
  if (!own) return [];
  const id = (what: string) => `stage ${card.id} ${what}`;
  return [
    leaf(id('counts'), card.counts.map(({ word, count }) => `${word} ${count}`).join(', ')),
    ...(own.inHand.length === 0 ? [] : [valuesNode(id('hand'), 'in hand', own.inHand, own.inHand.length)]),
    ...(card.buffer
      ? [
          leaf(
            id('buffer'),
            `${card.buffer.text} in its buffer${card.buffer.discarded > 0 ? `, ${countText(card.buffer.discarded)} dropped` : ''}`,
          ),
        ]
      : []),
    ...card.facts.map(({ kind, words }) => leaf(id(`fact ${kind}`), words)),
    ...(own.state === null ? [] : [valueNode(id('state'), 'state', own.state)]),
    ...runningOf(card.id, state),
  ];
}

function runningOf(stage: StageId, state: PipelineState): readonly TreeNode[] {
  const running = state.stages[stage]?.tasks.running ?? [];
  return running.map(({ task, on, value }) =>
    leaf(
      `stage ${stage} task ${task}`,
      `${task} runs on worker ${on + 1}${value === null ? '' : `, given ${valueText(value, 60)}`}`,
    ),
  );
}

function valuesNode(id: string, where: string, values: readonly TraceValue[], count: number): TreeNode {
  const named = values.slice(0, NAMED);
  return {
    id,
    words: `${plural(count, 'event')} ${where}`,
    subject: null,
    children: [
      ...named.map((value, i) => leaf(`${id} ${i}`, valueText(value, 80))),
      ...(count > named.length ? [leaf(`${id} more`, `${countText(count - named.length)} more`)] : []),
    ],
  };
}

/** A value and, where it has parts, what they are. */
function valueNode(id: string, name: string, value: TraceValue): TreeNode {
  const words = `${name}: ${valueText(value, 80)}`;
  if (value === null || typeof value !== 'object') return leaf(id, words);
  return {
    id,
    words,
    subject: null,
    children: Object.entries(value).map(([key, inner]) => valueNode(`${id}/${key}`, key, inner)),
  };
}

function leaf(id: string, words: string): TreeNode {
  return { id, words, subject: null, children: [] };
}

/** One row of a tree as it is drawn: those whose parents are open. */
export interface TreeRow {
  readonly node: TreeNode;
  /** From 1. */
  readonly level: number;
  /** Its place among its siblings, from 1, and how many they are. */
  readonly position: number;
  readonly siblings: number;
  readonly parent: string | null;
  /** `null` where there is nothing below it. */
  readonly open: boolean | null;
}

/** The rows of a tree with these nodes open, in order. */
export function treeRows(
  nodes: readonly TreeNode[],
  open: ReadonlySet<string>,
  { level = 1, parent = null }: { readonly level?: number; readonly parent?: string | null } = {},
): readonly TreeRow[] {
  return nodes.flatMap((node, i): readonly TreeRow[] => {
    const isOpen = node.children.length === 0 ? null : open.has(node.id);
    const row = { node, level, position: i + 1, siblings: nodes.length, parent, open: isOpen };
    return isOpen ? [row, ...treeRows(node.children, open, { level: level + 1, parent: node.id })] : [row];
  });
}

/** What a key does in a tree: goes to a row, opens or closes one; `null`: nothing. */
export type TreeMove =
  { readonly to: string } | { readonly open: string } | { readonly close: string } | null;

/** The keys of a tree as screen readers and their users know them (WAI-ARIA tree pattern). */
export function treeMove(rows: readonly TreeRow[], at: string, key: string): TreeMove {
  const index = rows.findIndex(({ node }) => node.id === at);
  const row = rows[index];
  if (!row) return null;
  const to = (other: TreeRow | undefined): TreeMove => (other ? { to: other.node.id } : null);
  switch (key) {
    case 'ArrowDown':
      return to(rows[index + 1]);
    case 'ArrowUp':
      return to(rows[index - 1]);
    case 'Home':
      return to(rows[0]);
    case 'End':
      return to(rows.at(-1));
    case 'ArrowRight':
      if (row.open === false) return { open: at };
      return row.open ? to(rows[index + 1]) : null;
    case 'ArrowLeft':
      if (row.open) return { close: at };
      return row.parent === null ? null : { to: row.parent };
    default:
      return null;
  }
}

/** The nodes that are open once one is opened or closed. */
export function withNode(open: ReadonlySet<string>, id: string, isOpen: boolean): ReadonlySet<string> {
  const others = [...open].filter((other) => other !== id);
  return new Set(isOpen ? [...others, id] : others);
}
