import { describe, expect, it } from 'vitest';
import { EngineError, Flow, Window, broadcastDispatcher } from '#engine';
import { layerOptions } from '#engine/flow/options.ts';

type Kind = Parameters<typeof layerOptions>[2];

function refused(options: unknown, kind: Kind = 'partition'): string {
  try {
    layerOptions('partition', options, kind);
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
  return 'taken';
}

describe('layerOptions()', () => {
  it('FL-006 takes every option of a layer', () => {
    const dispatcher = broadcastDispatcher();
    const onInit = () => undefined;
    const given = {
      stages: 2,
      bufferSize: Infinity,
      bufferKeep: 'first',
      maxDemand: 10,
      minDemand: 0,
      dispatcher,
      onInit,
    } as const;
    const window = Window.count(3);
    expect(layerOptions('from', { ...given, window }, 'routed')).toEqual({ ...given, window: window.spec });
  });

  it('takes a buffer that holds nothing', () => {
    expect(layerOptions('from', { bufferSize: 0 }, 'layer')).toEqual({ bufferSize: 0 });
  });

  it('leaves out what is not said, so that defaults are found later', () => {
    expect(layerOptions('from', undefined, 'layer')).toEqual({});
    expect(layerOptions('from', { stages: undefined, window: undefined }, 'layer')).toEqual({});
  });

  it.each([
    [{ stage: 2 }, 'received "stage"; did you mean "stages"?'],
    [{ max_demand: 2 }, 'received "max_demand"; did you mean "maxDemand"?'],
    [{ windows: Window.count(1) }, 'did you mean "window"?'],
    [{ keys: 'a' }, 'did you mean "key"?'],
  ])('refuses what it does not know, with the nearest: %o', (options, message) => {
    expect(refused(options)).toContain(message);
  });

  it.each([
    ['layer', 'dispatcher'],
    ['layer', 'key'],
    ['routed', 'hash'],
    ['bounded', 'window'],
    ['into', 'stages'],
  ] as const)('refuses in %s what belongs elsewhere: %s', (kind, option) => {
    expect(refused({ [option]: 1 }, kind)).toContain(`received "${option}"`);
  });

  it.each([
    [{ stages: 0 }, 'Cannot use stages of partition as it must be an integer >= 1: received 0'],
    [{ stages: 1.5 }, 'received 1.5'],
    [{ stages: '2' }, 'received "2"'],
    [{ bufferSize: -1 }, 'use bufferSize of partition as it must be an integer >= 0 or Infinity'],
    [{ bufferKeep: 'newest' }, 'use bufferKeep of partition as it must be "first" or "last"'],
    [{ onInit: 3 }, 'use onInit of partition as it must be a function that gets { index, total }'],
    [{ dispatcher: 'broadcast' }, 'use dispatcher of partition as it must be a dispatcher such as'],
    [{ dispatcher: null }, 'a dispatcher such as broadcastDispatcher(): received null'],
    [{ window: 'hour' }, 'use window of partition as it must be a window such as Window.count(10)'],
    [{ window: {} }, 'a window such as Window.count(10)'],
    [{ window: { spec: 3 } }, 'a window such as Window.count(10)'],
    [{ maxDemand: 0 }, 'Cannot use maxDemand of partition as it must be an integer >= 1: received 0'],
    [{ maxDemand: 5, minDemand: 5 }, 'an integer from 0 to 4, below maxDemand'],
    [3, 'Cannot use options of partition as it must be an object such as { stages: 2 }: received 3'],
    [[], 'an object such as { stages: 2 }'],
  ])('FL-006 refuses %o where the layer is declared', (options, message) => {
    expect(refused(options)).toContain(message);
  });

  it('tells where the option was given', () => {
    expect(() => Flow.from([1], { stages: 0 })).toThrow('stages of Flow.from');
    expect(() => Flow.from([1]).throughStages(['a'], { stages: 0 })).toThrow('stages of throughStages');
    expect(() => Flow.fromStages([{ stage: 'a', maxDemand: 0 }])).toThrow('maxDemand of Flow.fromStages');
  });
});
