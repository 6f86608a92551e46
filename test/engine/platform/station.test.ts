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

  it('keeps to its memory, whatever names are given', () => {
    const memory = stationMemory();
    stationWriter(memory)('x'.repeat(10_000), 'init');
    expect(readStation(memory)).toBeNull();
  });
});
