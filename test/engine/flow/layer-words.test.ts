import { describe, expect, it } from 'vitest';
import {
  Flow,
  Window,
  broadcastDispatcher,
  consumer,
  defineDispatcher,
  demandDispatcher,
  producer,
  producerConsumer,
} from '#engine';
import { windowWords } from '#engine/flow/layer-words.ts';
import { planFlow } from '#engine/flow/plan.ts';

const time = (event: { readonly time: number }) => event.time;

describe('windowWords()', () => {
  it.each([
    [Window.global(), 'global'],
    [Window.count(1), 'count, 1 event'],
    [Window.count(10).triggerEvery(3), 'count, 10 events, fires every 3 events'],
    [Window.fixed(1, 'hour', time), 'fixed, 1 hour'],
    [
      Window.fixed(90, 'second', time).allowedLateness(5, 'minute'),
      'fixed, 90 seconds, takes late events for 5 minutes',
    ],
    [
      Window.fixed(1, 'hour', time).allowedLateness(1, 'millisecond'),
      'fixed, 1 hour, takes late events for 1 millisecond',
    ],
    [Window.fixed(1500, 'millisecond', time), 'fixed, 1500 milliseconds'],
    [Window.sliding(10, 2, 'minute', time), 'sliding, 10 minutes every 2 minutes'],
    [Window.session(30, 'minute', time), 'session, gap of 30 minutes'],
    [Window.periodic(1, 'second'), 'periodic, 1 second'],
    [
      Window.fixed(1, 'minute', time).outOfOrderness(10, 'second').idleAfter(2, 'second'),
      'fixed, 1 minute, watermark 10 seconds behind, waits 2 seconds for silent stages',
    ],
    [
      Window.global()
        .trigger(
          () => 0,
          (_events, count) => ({ state: count }),
        )
        .triggerPeriodically(1, 'second')
        .triggerPeriodically(5, 'minute'),
      'global, fires by a trigger of its own, fires every 1 second, fires every 5 minutes',
    ],
  ])('%#: %s', ({ spec }, words) => {
    expect(windowWords(spec)).toBe(words);
  });
});

describe('layerWords()', () => {
  const one = Flow.from([{ code: 'A' }], { stages: 1 });
  const map = one.map((event) => event);
  const because = (flow: Flow<unknown>) => planFlow(flow, { stages: 2 }).layers.at(-1)?.because;
  const join = { mode: 'inner', leftKey: String, rightKey: String, join: String } as const;
  const other = defineDispatcher({ ...demandDispatcher(), name: 'first come' });

  const pass = producerConsumer({ handleEvents: (events: { code: string }[]) => ({ events }) });

  it('says where stages of the program are part of the flow, and where somebody only has to ask', () => {
    const made = producer({ handleDemand: () => ({ events: [{ code: 'A' }] }) });
    const sink = consumer({ handleEvents: (events: { code: string }[]) => void events });
    const wordsOf = (flow: Flow<unknown>, emits = true) =>
      planFlow(flow, { emits }).layers.map(({ stages, boundary, operations, because }) => [
        stages[0],
        boundary,
        operations.join(),
        because,
      ]);
    expect(wordsOf(Flow.fromSpecs([made]).throughSpecs([pass]).intoSpecs([sink]))).toEqual([
      ['source', 'source', 'fromSpecs', 'fromSpecs: these producers belong to the flow'],
      [
        'through',
        'through',
        'throughSpecs',
        'throughSpecs: these stages belong to the flow, and do what they are defined to do',
      ],
      [
        'into',
        'into',
        'intoSpecs',
        'intoSpecs: these consumers belong to the flow, which ends when they have',
      ],
    ]);
    expect(wordsOf(one.merge(demandDispatcher(), { stages: 1 }), false)).toEqual([
      ['source', 'source', 'from', 'a source is read by one stage, so that no event is read twice'],
      ['end', 'output', '', 'nobody gets these events, so they are asked for and forgotten here'],
    ]);
  });

  it('names a layer after its reduction, and says all of its operators', () => {
    const last = (flow: Flow<unknown>) => {
      const { layers } = planFlow(flow, { stages: 1 });
      const { stages, boundary, operations } = layers.at(-1) ?? { stages: [] };
      return { stages, boundary, operations };
    };
    expect(last(map.shuffle().map(String).group())).toEqual({
      stages: ['group'],
      boundary: 'shuffle',
      operations: ['map', 'group'],
    });
    expect(last(Flow.boundedJoin(one, one, join).map(String))).toEqual({
      stages: ['join'],
      boundary: 'join',
      operations: ['join', 'map'],
    });
    expect(
      last(
        one
          .group()
          .onTrigger(() => ({}))
          .departition(() => 0, Number)
          .map(String),
      ),
    ).toEqual({ stages: ['departition'], boundary: 'departition', operations: ['departition', 'map'] });
  });

  it.each([
    [map, 'a source only reads: what is done with its events is done in a stage of its own'],
    [map.shuffle().map(String), 'shuffle: each event goes to whichever stage asks for it'],
    [map.shuffle({ stages: 1 }).map(String), 'shuffle: all events go to one stage'],
    [
      Flow.shuffle([map, one]).map(String),
      'shuffle: 2 flows come together; each event goes to whichever stage asks for it',
    ],
    [map.partition({ key: 'code' }).map(String), 'partition by code: equal keys must meet in the same stage'],
    [
      map.partition({ key: (e) => e.code }).map(String),
      'partition by key: equal keys must meet in the same stage',
    ],
    [
      one
        .map(({ code }) => [code, 1] as const)
        .partition({ key: 0 })
        .map(String),
      'partition by item 0: equal keys must meet in the same stage',
    ],
    [
      one.throughStages(['halves']).map(String),
      'the stages before do what they are defined to do: operators behind them need stages of their own',
    ],
    [
      one.throughSpecs([pass]).map(String),
      'the stages before do what they are defined to do: operators behind them need stages of their own',
    ],
    [map.partition().map(String), 'partition by the event itself: equal keys must meet in the same stage'],
    [
      map.partition({ hash: (e) => [e, 0] }).map(String),
      'partition by hash: it says which stage gets which event',
    ],
    [
      map.partition({ dispatcher: broadcastDispatcher() }).map(String),
      "partition: a dispatcher of the program's says which stage gets which events",
    ],
    [map.merge(broadcastDispatcher()).map(String), 'merge: every stage gets every event'],
    [map.merge(other).map(String), 'merge: the first come dispatcher says which stage gets which events'],
    [
      Flow.boundedJoin(one, one, join),
      'join by key: rows of both sides with equal keys must meet in the same stage',
    ],
    [
      Flow.boundedJoin(one, one, { ...join, stages: 1 }),
      'join: rows of both sides must meet, here in one stage',
    ],
    [
      one.reduce(() => 0, Number).departition(() => 0, Number),
      'departition: what all partitions emit becomes one again, so it must come to one stage',
    ],
    [
      one.group().takeSort(1),
      'takeSort: what all partitions emit becomes one again, so it must come to one stage',
    ],
  ])('%#: %s', (flow, words) => {
    expect(because(flow)).toBe(words);
  });
});
