import { describe, expect, it } from 'vitest';
import type { FlowView } from 'sluice';
import { flowProgress } from '../../../engine/runtime/flow-progress.ts';
import type { StageCounters } from '../../../engine/transport/protocol.ts';

const layer = (...stages: string[]): FlowView['layers'][number] => ({
  kind: 'mapReducer',
  stages,
  operations: [],
  boundary: 'mappers',
  because: '',
});

const flow = (id: string, layers: FlowView['layers']): FlowView => ({
  id,
  stages: layers.flatMap(({ stages }) => stages),
  sources: [],
  outlets: [],
  ends: [],
  demand: 'forward',
  layers,
});

const counters = (
  stage: string,
  handled: number,
  emitted: number,
  windows?: StageCounters['windows'],
): StageCounters => ({
  stage,
  worker: 0,
  mailbox: 0,
  handled,
  emitted,
  buffered: 0,
  discarded: 0,
  lost: 0,
  busyMs: 0,
  calls: 0,
  ...(windows && { windows }),
  status: 'waiting',
});

describe('flowProgress()', () => {
  it('has nothing to say where there is no flow', () => {
    expect(flowProgress([], [counters('beside', 100, 100)])).toEqual([]);
  });

  it('adds up the stages of each layer, and windows and late events of all layers', () => {
    const flows = [
      flow('counts', [layer('source'), layer('a', 'b'), layer('c')]),
      flow('other', [layer('d')]),
    ];
    const stages = [
      counters('source', 0, 10),
      counters('a', 4, 3, { open: 2, late: 1 }),
      counters('b', 5, 1, { open: 1, late: 0 }),
      counters('c', 4, 1, { open: 3, late: 2 }),
      counters('beside', 100, 100),
    ];
    expect(flowProgress(flows, stages)).toEqual([
      {
        flow: 'counts',
        layers: [
          { eventsIn: 0, eventsOut: 10, windows: 0, late: 0 },
          { eventsIn: 9, eventsOut: 4, windows: 3, late: 1 },
          { eventsIn: 4, eventsOut: 1, windows: 3, late: 2 },
        ],
        windows: 6,
        late: 3,
      },
      // Nothing has been heard of its stages yet.
      { flow: 'other', layers: [{ eventsIn: 0, eventsOut: 0, windows: 0, late: 0 }], windows: 0, late: 0 },
    ]);
  });
});
