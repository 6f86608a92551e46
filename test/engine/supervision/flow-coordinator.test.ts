import { describe, expect, it } from 'vitest';
import type { FlowView } from 'sluice';
import {
  FlowCoordinator,
  type Awaited,
  type FlowOrder,
} from '../../../engine/supervision/flow-coordinator.ts';

/** One source, two mappers and a reducer behind them; the plan has a printer behind that. */
const FLOW: FlowView = {
  id: 'counts',
  stages: ['source', 'map 1', 'map 2', 'reduce'],
  sources: ['source'],
  outlets: ['reduce'],
  ends: ['reduce'],
  demand: 'forward',
  layers: [],
};

const AWAITED: readonly Awaited[] = [
  { id: 'printer←reduce', consumer: 'printer', producer: 'x' },
  { id: 'reduce←map 1', consumer: 'reduce', producer: 'x' },
  { id: 'reduce←map 2', consumer: 'reduce', producer: 'x' },
  { id: 'map 1←source', consumer: 'map 1', producer: 'x' },
  { id: 'map 2←source', consumer: 'map 2', producer: 'x' },
];

function words(orders: readonly FlowOrder[]): string[] {
  return orders.map((order) => {
    switch (order.type) {
      case 'start':
        return `start ${order.child}`;
      case 'end':
        return `end ${order.child}: ${JSON.stringify(order.reason)}`;
      case 'mode':
        return `mode ${order.mode}`;
      case 'ready':
        return 'ready';
      case 'exit':
        return [
          `exit ${JSON.stringify(order.reason)}`,
          ...(order.told === order.reason ? [] : [`because of ${JSON.stringify(order.told)}`]),
          ...(order.hasStarted ? [] : ['never started']),
        ].join(', ');
    }
  });
}

/** A coordinator, told and heard in words. */
class Told {
  readonly coordinator: FlowCoordinator;
  readonly #life: number;

  constructor({ view = FLOW, awaited = AWAITED, life = 1 } = {}) {
    this.coordinator = new FlowCoordinator(view, awaited, life === 1);
    this.#life = life;
  }

  begin(): string[] {
    return words(this.coordinator.begin());
  }

  wired(...subscriptions: readonly string[]): string[] {
    return subscriptions.flatMap((subscription) =>
      words(this.coordinator.take({ type: 'wired', subscription })),
    );
  }

  mode(mode: 'forward' | 'accumulate'): string[] {
    return words(this.coordinator.take({ type: 'mode', mode }));
  }

  started(child: string): string[] {
    return words(this.coordinator.take({ type: 'started', child, life: this.#life }));
  }

  failed(child: string, reason: unknown = 'no'): string[] {
    return words(this.coordinator.take({ type: 'failed', child, life: this.#life, reason }));
  }

  ended(child: string, reason: unknown = 'normal', life = this.#life): string[] {
    return words(this.coordinator.take({ type: 'ended', child, life, reason }));
  }

  ignored(child: string): string[] {
    return words(this.coordinator.take({ type: 'ignored', child, life: this.#life }));
  }

  exit(reason: unknown): string[] {
    return words(this.coordinator.take({ type: 'exit', reason }));
  }

  get statuses(): string[] {
    return this.coordinator.children.map(({ id, status }) => `${id} ${status}`);
  }
}

/** One whose sources go. */
function running(): Told {
  const told = new Told();
  told.begin();
  told.wired(...AWAITED.map(({ id }) => id));
  return told;
}

describe('FlowCoordinator', () => {
  it('FL-009 lets the sources go once every subscription has been made, and not before', () => {
    const told = new Told();
    expect(told.begin()).toEqual([]);
    const [first = '', ...others] = AWAITED.map(({ id }) => id).reverse();
    expect(told.wired(...others)).toEqual([]);
    expect(told.wired('late←reduce+1', ...others)).toEqual([]);
    expect(told.wired(first)).toEqual(['mode forward']);
    expect(told.wired(first)).toEqual([]);
  });

  it('FL-009 lets the sources of a flow that needs no subscription go at once', () => {
    expect(new Told({ awaited: [] }).begin()).toEqual(['mode forward']);
  });

  it('FL-175 holds the sources of a flow that accumulates until it is told to forward', () => {
    const view = { ...FLOW, demand: 'accumulate' } as const;
    const told = new Told({ view });
    told.begin();
    expect(told.wired(...AWAITED.map(({ id }) => id))).toEqual([]);
    expect(told.coordinator.mode).toBe('accumulate');
    expect(told.mode('forward')).toEqual(['mode forward']);
    expect(told.coordinator.mode).toBe('forward');
    expect(told.mode('accumulate')).toEqual(['mode accumulate']);
  });

  it('FL-175 remembers a mode that is set before everything is wired', () => {
    const view = { ...FLOW, demand: 'accumulate' } as const;
    const told = new Told({ view });
    told.begin();
    expect(told.mode('forward')).toEqual([]);
    expect(told.wired(...AWAITED.map(({ id }) => id))).toEqual(['mode forward']);
  });

  it('FL-176 ends with "normal" when all stages of the last layer have, and ends what is left', () => {
    const told = running();
    expect(told.ended('source')).toEqual([]);
    expect(told.ended('map 1')).toEqual([]);
    expect(told.ended('reduce')).toEqual(['end map 2: "shutdown"']);
    expect(told.statuses).toEqual(['source down', 'map 1 down', 'map 2 ending', 'reduce down']);
    expect(told.ended('map 2', 'shutdown')).toEqual(['exit "normal"']);
  });

  it('FL-176 waits for every stage of the last layer', () => {
    const told = new Told({ view: { ...FLOW, ends: ['map 1', 'map 2'] }, awaited: [] });
    told.begin();
    for (const id of ['source', 'reduce', 'map 2']) expect(told.ended(id)).toEqual([]);
    expect(told.ended('map 1', ['shutdown', 'enough'])).toEqual(['exit "normal"']);
  });

  it('FL-176 ends with "shutdown" as soon as a stage of the last layer ends otherwise, and ends the rest from behind', () => {
    const told = running();
    expect(told.ended('reduce', { error: 'Error', message: 'no' })).toEqual([
      'end map 2: "shutdown"',
      'end map 1: "shutdown"',
      'end source: "shutdown"',
    ]);
    expect(told.ended('map 2', 'shutdown')).toEqual([]);
    expect(told.ended('map 1', 'killed')).toEqual([]);
    expect(told.ended('source', 'shutdown')).toEqual([
      'exit "shutdown", because of {"error":"Error","message":"no"}',
    ]);
  });

  it('FL-182 fails when a permanent consumer ends, however it does', () => {
    const view = { ...FLOW, ends: ['map 1', 'map 2'], restart: { 'map 1': 'permanent' } } as const;
    const told = new Told({ view, awaited: [] });
    told.begin();
    expect(told.ended('map 1', 'normal')).toHaveLength(3);
    for (const id of ['reduce', 'map 2']) told.ended(id, 'shutdown');
    expect(told.ended('source', 'shutdown')).toEqual(['exit "shutdown", because of "normal"']);
  });

  it('FL-182 goes on without a temporary consumer, however it ends', () => {
    const view = { ...FLOW, ends: ['map 1', 'map 2'], restart: { 'map 1': 'temporary' } } as const;
    const told = new Told({ view, awaited: [] });
    told.begin();
    expect(told.ended('map 1', 'oops')).toEqual([]);
    for (const id of ['source', 'reduce']) told.ended(id, 'normal');
    expect(told.ended('map 2', 'normal')).toEqual(['exit "normal"']);
  });

  it('FL-008 ends with stages that are none of its own, where they are its last layer', () => {
    const told = new Told({ view: { ...FLOW, stages: [], ends: ['given', 'other'] }, awaited: [] });
    told.begin();
    const down = (stage: string, reason: unknown) =>
      words(told.coordinator.take({ type: 'down', stage, reason }));
    expect(down('given', 'normal')).toEqual([]);
    expect(down('other', 'shutdown')).toEqual(['exit "normal"']);
  });

  it('FL-172 leaves it to their subscriptions what the end of an inner stage means to the others', () => {
    const told = running();
    expect(told.ended('map 1', 'oops')).toEqual([]);
    expect(told.ended('source', 'oops')).toEqual([]);
    expect(told.statuses).toEqual(['source down', 'map 1 down', 'map 2 running', 'reduce running']);
  });

  it('ends its stages when it is to end, and itself after the last of them, with that reason', () => {
    const told = running();
    expect(told.exit('enough')).toHaveLength(4);
    expect(told.exit('again')).toEqual([]);
    for (const id of ['reduce', 'map 2', 'map 1']) expect(told.ended(id, 'shutdown')).toEqual([]);
    expect(told.ended('source', 'shutdown')).toEqual(['exit "enough"']);
  });

  it('hears of each end once, and of nobody that is none of its own', () => {
    const told = running();
    expect(told.ended('printer', 'oops')).toEqual([]);
    expect(told.exit('enough')).toHaveLength(4);
    for (const id of ['reduce', 'map 2', 'map 1', 'source']) told.ended(id, 'shutdown');
    expect(told.ended('source', 'shutdown')).toEqual([]);
  });

  it('has not started when one of its stages has not', () => {
    const told = new Told();
    told.begin();
    expect(told.failed('map 1', 'boom')).toEqual([
      'end reduce: "shutdown"',
      'end map 2: "shutdown"',
      'end source: "shutdown"',
    ]);
    for (const id of ['reduce', 'map 2']) told.ended(id, 'shutdown');
    expect(told.ended('source', 'shutdown')).toEqual([
      'exit ["shutdown",["failed_to_start_child","map 1","boom"]], never started',
    ]);
  });

  describe('in a later life', () => {
    it('holds producers beside it, and starts its stages one after the other', () => {
      const told = new Told({ life: 2 });
      expect(told.begin()).toEqual(['mode accumulate', 'start source']);
      expect(told.started('source')).toEqual(['start map 1']);
      expect(told.started('map 1')).toEqual(['start map 2']);
      expect(told.started('map 2')).toEqual(['start reduce']);
      expect(told.started('reduce')).toEqual(['ready']);
    });

    it('starts one stage at a time, whatever is said twice and whoever ends meanwhile', () => {
      const told = new Told({ life: 2 });
      told.begin();
      expect(told.started('source')).toEqual(['start map 1']);
      expect(told.started('source')).toEqual([]);
      expect(told.ended('source')).toEqual([]);
      expect(told.started('map 1')).toEqual(['start map 2']);
    });

    it('goes on without a stage that asks to be left out, and ends when that was its last layer', () => {
      const told = new Told({ life: 2 });
      told.begin();
      expect(told.ignored('source')).toEqual(['start map 1']);
      expect(told.started('map 1')).toEqual(['start map 2']);
      expect(told.started('map 2')).toEqual(['start reduce']);
      expect(told.ignored('reduce')).toEqual(['end map 2: "shutdown"', 'end map 1: "shutdown"']);
      told.ended('map 2', 'shutdown');
      expect(told.ended('map 1', 'shutdown')).toEqual(['exit "normal"']);
    });

    it('waits for the subscriptions of its own stages alone, those of this life', () => {
      const told = new Told({ life: 2 });
      told.begin();
      for (const id of FLOW.stages) told.started(id);
      const own = AWAITED.slice(1).map(({ id }) => id);
      expect(told.wired(...own)).toEqual([]);
      expect(told.wired(...own.map((id) => `${id}@2`))).toEqual(['mode forward']);
    });

    it('waits for the subscription of its only stage', () => {
      const view = { ...FLOW, stages: ['map'], sources: ['given'], outlets: ['map'], ends: ['map'] };
      const told = new Told({
        view,
        awaited: [{ id: 'map←given', consumer: 'map', producer: 'x' }],
        life: 2,
      });
      expect(told.begin()).toEqual(['mode accumulate', 'start map']);
      expect(told.started('map')).toEqual(['ready']);
      expect(told.wired('map←given')).toEqual([]);
      expect(told.wired('map←given@2')).toEqual(['mode forward']);
    });

    it('takes note of subscriptions that are made while stages still start', () => {
      const told = new Told({ life: 2 });
      told.begin();
      told.wired(...AWAITED.slice(1).map(({ id }) => `${id}@2`));
      for (const id of FLOW.stages.slice(0, -1)) told.started(id);
      expect(told.started('reduce')).toEqual(['ready', 'mode forward']);
    });

    it('fails when a stage does not start, and ends those that have', () => {
      const told = new Told({ life: 3 });
      told.begin();
      told.started('source');
      expect(told.failed('map 1', 'boom')).toEqual(['end source: "shutdown"']);
      expect(told.ended('source', 'shutdown')).toEqual([
        'exit ["shutdown",["failed_to_start_child","map 1","boom"]], never started',
      ]);
    });

    it('does not take the end of an earlier life for one of this', () => {
      const told = new Told({ life: 2 });
      told.begin();
      for (const id of FLOW.stages) told.started(id);
      expect(told.ended('reduce', 'oops', 1)).toEqual([]);
      expect(told.statuses).toContain('reduce running');
      const starting = new Told({ life: 2 });
      starting.begin();
      expect(starting.ended('source', 'killed', 1)).toEqual([]);
      expect(starting.started('source')).toEqual(['start map 1']);
    });
  });
});
