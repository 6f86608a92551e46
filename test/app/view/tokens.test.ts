import { describe, expect, it } from 'vitest';
import type { PlanView } from 'sluice';
import type { EdgeTraffic, Traveller } from '$lib/view/motion.ts';
import { pipelineLayout } from '$lib/view/pipeline-layout.ts';
import { edgeTokens, stillTokens, type EventToken } from '$lib/view/tokens.ts';

const plan: PlanView = {
  stages: [
    { id: 'a', kind: 'producer', dispatcher: 'demand', bufferSize: 10_000 },
    { id: 'b', kind: 'consumer', dispatcher: null, bufferSize: null },
  ],
  subscriptions: [
    { id: 'b←a', consumer: 'b', producer: 'a', maxDemand: 10, minDemand: 5, cancel: 'permanent' },
  ],
};

function edgeFor(width: number) {
  const layout = pipelineLayout(plan, { width, height: 400 });
  const [edge] = layout.edges;
  if (!edge) throw new Error('no edge');
  return { edge, orientation: layout.orientation };
}

const batch = (count: number, progress: number): Traveller => ({
  seq: 7,
  count,
  events: Array.from({ length: count }, (_, i) => i),
  progress,
});
const ask = (seq: number, progress: number): Traveller => ({ seq, count: 5, events: [], progress });
const none = { travelling: [], waiting: [], flow: null };

/** Events that the tokens stand for. */
const counted = (tokens: readonly EventToken[]) =>
  tokens.reduce((all, { rest, label }) => all + (rest ? Number(label.slice(1).replaceAll(',', '')) : 1), 0);

const traffic = (
  events: Partial<EdgeTraffic['events']>,
  asks: Partial<EdgeTraffic['asks']> = {},
): EdgeTraffic => ({
  events: { ...none, ...events },
  asks: { ...none, ...asks },
});

describe.each([360, 900])('edgeTokens() in %i px', (width) => {
  const { edge, orientation } = edgeFor(width);

  it('counts all events of many batches in the mailbox, inside its box', () => {
    const waiting = Array.from({ length: 400 }, (_, i) => ({ ...batch(3, 1), seq: i }));
    const { mailbox } = edgeTokens(edge, traffic({ waiting }), orientation);
    expect(counted(mailbox)).toBe(1_200);
    for (const { x, width: own } of mailbox) expect(x - own / 2).toBeGreaterThanOrEqual(edge.mailbox.x - 1);
  });

  it('carries every event of a batch across the middle of its lane', () => {
    const { events } = edgeTokens(edge, traffic({ travelling: [batch(10, 0.6)] }), orientation);
    expect(counted(events)).toBe(10);
    expect(events.map(({ label }) => label)).toEqual(['0', '1', '2', '+7']);
  });

  it('shows a batch that sets off from its first event on', () => {
    const { events } = edgeTokens(edge, traffic({ travelling: [batch(3, 0.15)] }), orientation);
    expect(events[0]?.label).toBe('0');
  });

  it.each([1, 4, 10, 37])('counts all of %i events in the mailbox, inside its box', (count) => {
    const { mailbox } = edgeTokens(edge, traffic({ waiting: [batch(count, 1)] }), orientation);
    expect(counted(mailbox)).toBe(count);
    const box = edge.mailbox;
    for (const { x, width: own } of mailbox) {
      expect(x - own / 2).toBeGreaterThanOrEqual(box.x - 1);
      expect(x + own / 2).toBeLessThanOrEqual(box.x + box.width + 1);
    }
  });

  it('labels an ask with its count and takes it the other way', () => {
    const { asks } = edgeTokens(edge, traffic({}, { travelling: [ask(3, 0), ask(4, 1)] }), orientation);
    expect(asks.map(({ label }) => label)).toEqual(['+5', '+5']);
    const along = ({ x, y }: { x: number; y: number }) => (orientation === 'right' ? x : y);
    const [sent, arrived] = asks.map(along);
    expect(sent).toBeGreaterThan(arrived ?? Infinity);
  });

  it('bundles asks that wait in a long line', () => {
    const waiting = [1, 2, 3, 4, 5].map((seq) => ask(seq, 1));
    const { asks } = edgeTokens(edge, traffic({}, { waiting }), orientation);
    expect(asks.map(({ label }) => label)).toEqual(['+5', '+5', '×3']);
  });

  it('lets everything stand on its lane when nothing may fly', () => {
    const { events, asks, mailbox } = stillTokens(
      edge,
      traffic({ travelling: [batch(10, 0.5)] }, { travelling: [ask(3, 0.5)] }),
      orientation,
    );
    expect(counted(events)).toBe(10);
    expect(asks).toHaveLength(1);
    expect(mailbox).toEqual([]);
  });
});
