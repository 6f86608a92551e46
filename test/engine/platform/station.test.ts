import { describe, expect, it } from 'vitest';
import { readStation, stationMemory, stationWriter } from '../../../engine/platform/station.ts';

describe('stationWriter()', () => {
  it('notes the last callback that was entered, for whoever shares the memory', () => {
    const memory = stationMemory();
    expect(readStation(memory)).toBeNull();
    const note = stationWriter(memory);
    note('a rather long name – ünïcode', 'handleEvents');
    note('b', 'init');
    expect(readStation(memory)).toEqual({ stage: 'b', callback: 'init' });
    note('b', 'task "b#1"');
    expect(readStation(memory)).toEqual({ stage: 'b', callback: 'task "b#1"' });
  });

  it('keeps to its memory, whatever names are given: they are cut', () => {
    const memory = stationMemory();
    const note = stationWriter(memory);
    note('x'.repeat(10_000), 'init');
    expect(readStation(memory)).toEqual({ stage: 'x'.repeat(251), callback: 'init' });
    note('y'.repeat(10_000), 'z'.repeat(10_000));
    expect(readStation(memory)).toEqual({ stage: 'y'.repeat(127), callback: 'z'.repeat(128) });
  });
});
