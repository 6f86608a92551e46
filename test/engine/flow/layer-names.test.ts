import { describe, expect, it } from 'vitest';
import { LayerNames } from '#engine/flow/layer-names.ts';

/** What the layers are called that all do the same. */
function namesOf(count: number): readonly string[] {
  const names = new LayerNames('');
  return Array.from({ length: count }, () => names.layer('map', 1)).flat();
}

describe('LayerNames', () => {
  it('numbers stages from 1, and does not where there is one', () => {
    const names = new LayerNames('counts/');
    expect(names.layer('source', 1)).toEqual(['counts/source']);
    expect(names.layer('map', 2)).toEqual(['counts/map 1', 'counts/map 2']);
    expect(names.layer('map', 2)).toEqual(['counts/map b 1', 'counts/map b 2']);
  });

  it('goes on with two letters after z, as columns of a sheet do', () => {
    const names = namesOf(703);
    expect(names.slice(25, 29)).toEqual(['map z', 'map aa', 'map ab', 'map ac']);
    expect(names.slice(51, 53)).toEqual(['map az', 'map ba']);
    expect(names.slice(701)).toEqual(['map zz', 'map aaa']);
    expect(new Set(names).size).toBe(703);
  });
});
