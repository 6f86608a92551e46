import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanView } from 'sluice';
import type { Box } from '$lib/view/box.ts';
import { pipelineLayout, surelyOutgrows, type PipelineLayout } from '$lib/view/pipeline-layout.ts';

/** Stages 0 … n-1; every one but the first few subscribes to earlier ones, so there is no cycle. */
const plans = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((above): PlanView => {
    const id = (i: number) => `stage ${i}`;
    const links = above.flatMap((picks, i) =>
      i === 0 ? [] : [...new Set(picks.map((pick) => pick % i))].map((up) => ({ up, i })),
    );
    return {
      stages: above.map((_, i) => ({
        id: id(i),
        kind: 'producerConsumer',
        dispatcher: 'demand',
        bufferSize: null,
      })),
      subscriptions: links.map(({ up, i }) => ({
        id: `${id(i)}←${id(up)}`,
        consumer: id(i),
        producer: id(up),
        maxDemand: 10,
        minDemand: 5,
        cancel: 'permanent',
      })),
    };
  });
const rooms = fc.record({
  width: fc.integer({ min: 340, max: 1200 }),
  height: fc.integer({ min: 260, max: 800 }),
});

function chain(...ids: readonly string[]): PlanView {
  return {
    stages: ids.map((id) => ({ id, kind: 'producerConsumer', dispatcher: 'demand', bufferSize: null })),
    subscriptions: ids.slice(1).map((consumer, i) => ({
      id: `${consumer}←${ids[i]}`,
      consumer,
      producer: ids[i] ?? '',
      maxDemand: 10,
      minDemand: 5,
      cancel: 'permanent',
    })),
  };
}

const apart = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

const inside = (box: Box, layout: PipelineLayout) =>
  box.x >= 0 && box.y >= 0 && box.x + box.width <= layout.width && box.y + box.height <= layout.height;

describe('pipelineLayout()', () => {
  it('keeps every stage inside the picture and apart from the others', () => {
    fc.assert(
      fc.property(plans, rooms, (plan, room) => {
        const layout = pipelineLayout(plan, room);
        expect(layout.stages.map(({ id }) => id)).toEqual(plan.stages.map(({ id }) => id));
        for (const [i, stage] of layout.stages.entries()) {
          expect(inside(stage, layout)).toBe(true);
          for (const other of layout.stages.slice(i + 1)) expect(apart(stage, other)).toBe(true);
        }
      }),
    );
  });

  it('leads events from the producer to the consumer, and asks back', () => {
    fc.assert(
      fc.property(plans, rooms, (plan, room) => {
        const layout = pipelineLayout(plan, room);
        const boxes = new Map(layout.stages.map((stage) => [stage.id, stage]));
        for (const edge of layout.edges) {
          const [from, to] = [boxes.get(edge.producer), boxes.get(edge.consumer)];
          const right = layout.orientation === 'right';
          const exit = right ? (from?.x ?? 0) + (from?.width ?? 0) : (from?.y ?? 0) + (from?.height ?? 0);
          const entry = right ? to?.x : to?.y;
          const along = ({ x, y }: { x: number; y: number }) => (right ? x : y);
          expect(along(edge.events.at(0))).toBeCloseTo(exit);
          expect(along(edge.events.at(1))).toBeCloseTo(entry ?? NaN);
          expect(along(edge.asks.at(0))).toBeCloseTo(entry ?? NaN);
          expect(along(edge.asks.at(1))).toBeCloseTo(exit);
        }
      }),
    );
  });

  it('keeps gauges apart from each other and from the stages of a fan', () => {
    const fan = chain('source', 'a');
    const plan: PlanView = {
      stages: ['source', 'a', 'b', 'c', 'sink'].map((id) => ({
        id,
        kind: 'producerConsumer',
        dispatcher: 'demand',
        bufferSize: null,
      })),
      subscriptions: ['a', 'b', 'c'].flatMap((id) =>
        [
          { producer: 'source', consumer: id },
          { producer: id, consumer: 'sink' },
        ].flatMap((ends) =>
          fan.subscriptions.map((link) => ({ ...link, ...ends, id: Object.values(ends).join() })),
        ),
      ),
    };
    for (const room of [
      { width: 1200, height: 500 },
      { width: 700, height: 600 },
    ]) {
      const layout = pipelineLayout(plan, room);
      const boxes = [...layout.stages, ...layout.edges.map((edge) => edge.gauge)];
      for (const [i, box] of boxes.entries()) {
        for (const other of boxes.slice(i + 1)) expect(apart(box, other)).toBe(true);
      }
    }
  });

  it('sets gauges on slim roads where those from all to all would not fit beside each other', () => {
    const ids = ['source', 'map 1', 'map 2', 'reduce 1', 'reduce 2', 'reduce 3', 'reduce 4', 'output'];
    const layers = [ids.slice(0, 1), ids.slice(1, 3), ids.slice(3, 7), ids.slice(7)];
    const plan: PlanView = {
      stages: chain(...ids).stages,
      subscriptions: layers
        .slice(1)
        .flatMap((consumers, i) =>
          consumers.flatMap((consumer) =>
            (layers[i] ?? []).flatMap((producer) => chain(producer, consumer).subscriptions),
          ),
        ),
    };
    const layout = pipelineLayout(plan, { width: 720, height: 600 });
    expect(layout.edges.every(({ isSlim }) => isSlim)).toBe(true);
    expect(layout.width).toBe(720);
    const boxes = [...layout.stages, ...layout.edges.map(({ gauge }) => gauge)];
    for (const [i, box] of boxes.entries()) {
      expect(inside(box, layout)).toBe(true);
      for (const other of boxes.slice(i + 1)) expect(apart(box, other)).toBe(true);
    }
    expect(pipelineLayout(plan, { width: 2_400, height: 900 }).edges.some(({ isSlim }) => isSlim)).toBe(
      false,
    );
  });

  it('sets the stages of a row in the order of the plan, as far as no road must pass between them', () => {
    const { stages, subscriptions } = chain('source', 'reduce 1', 'output');
    const again = chain('source', 'reduce 2', 'output');
    const plan: PlanView = {
      stages: [...stages.slice(0, 2), ...again.stages.slice(1)],
      subscriptions: [...again.subscriptions, ...subscriptions],
    };
    for (const width of [380, 580, 1_000]) {
      const layout = pipelineLayout(plan, { width, height: 500 });
      const x = (id: string) => layout.stages.find((stage) => stage.id === id)?.x ?? NaN;
      expect(layout.orientation).toBe('down');
      expect(x('reduce 1')).toBeLessThan(x('reduce 2'));
    }
  });

  it('runs down, and to the right where the room is flat', () => {
    const plan = chain('numbers', 'evens', 'printer');
    expect(pipelineLayout(plan, { width: 1200, height: 400 }).orientation).toBe('down');
    expect(pipelineLayout(plan, { width: 1200, height: 280 }).orientation).toBe('right');
    expect(pipelineLayout(plan, { width: 620, height: 480 }).orientation).toBe('down');
    expect(pipelineLayout(plan, { width: 340, height: 260 }).orientation).toBe('down');
  });

  it('needs no sideways scrolling for a chain on a phone', () => {
    const layout = pipelineLayout(chain('numbers', 'evens', 'printer'), { width: 340, height: 400 });
    expect(layout.width).toBe(340);
  });

  it('shows three stages without scrolling where a lesson has its picture', () => {
    const layout = pipelineLayout(chain('numbers', 'evens', 'printer'), { width: 480, height: 420 });
    expect(layout).toMatchObject({ width: 480, height: 420 });
  });

  it('takes low cards where wide ones would need scrolling', () => {
    const shapes = (height: number) =>
      pipelineLayout(chain('numbers', 'evens', 'printer'), { width: 510, height }).stages.map(
        ({ shape }) => shape,
      );
    expect(shapes(420)).toEqual(['wide', 'wide', 'wide']);
    expect(shapes(320)).toEqual(['low', 'low', 'low']);
    expect(pipelineLayout(chain('numbers', 'evens', 'printer'), { width: 510, height: 320 }).height).toBe(
      320,
    );
  });

  it('shows one producer with two consumers without scrolling where a lesson has its picture', () => {
    const plan: PlanView = {
      ...chain('numbers', 'printer', 'counter'),
      subscriptions: [
        ...chain('numbers', 'printer').subscriptions,
        ...chain('numbers', 'counter').subscriptions,
      ],
    };
    const layout = pipelineLayout(plan, { width: 510, height: 350 });
    expect(layout).toMatchObject({ orientation: 'down', width: 510, height: 350 });
    for (const { events } of layout.edges) expect(events.at(0).x).toBeCloseTo(events.at(1).x);
  });

  it('gives the same plan and room the same places', () => {
    fc.assert(
      fc.property(plans, rooms, (plan, room) => {
        const strip = ({ stages, edges }: PipelineLayout) => ({
          stages,
          edges: edges.map(({ id, events, gauge }) => ({ id, path: events.path, gauge })),
        });
        expect(strip(pipelineLayout(plan, room))).toEqual(strip(pipelineLayout(plan, room)));
      }),
      { numRuns: 20 },
    );
  });
});

describe('surelyOutgrows()', () => {
  it('knows only of plans that are higher or wider than the room once they are laid out', () => {
    fc.assert(
      fc.property(plans, rooms, (plan, room) => {
        const { width, height } = pipelineLayout(plan, room);
        if (surelyOutgrows(plan, room)) expect(height > room.height || width > room.width).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('knows of a long chain in a low room', () => {
    const long = chain(...Array.from({ length: 9 }, (_, i) => `stage ${i}`));
    expect(surelyOutgrows(long, { width: 720, height: 380 })).toBe(true);
    expect(surelyOutgrows(chain('a', 'b', 'c'), { width: 720, height: 380 })).toBe(false);
  });
});
