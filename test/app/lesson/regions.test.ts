import { lineWithoutRegions, regionOf, withoutRegions } from '$lib/lesson/regions.ts';
import { describe, expect, it } from 'vitest';

const source = `import a;

// #region outer
const x = () => {
  // #region inner
  work();

  more();
  // #endregion
};
// #endregion
end();
`;

describe('regionOf()', () => {
  it('finds a region and the line of its first code', () => {
    expect(regionOf(source, 'inner')).toEqual({ code: 'work();\n\nmore();', line: 6 });
  });

  it('leaves the markers of inner regions out', () => {
    expect(regionOf(source, 'outer')?.code).toBe('const x = () => {\n  work();\n\n  more();\n};');
  });

  it('gives null for a region that is not there', () => {
    expect(regionOf(source, 'other')).toBeNull();
  });
});

it('withoutRegions() is what a learner gets, and lineWithoutRegions() finds lines in it', () => {
  const shown = withoutRegions(source).split('\n');
  expect(shown).not.toContain('// #region outer');
  expect(shown[lineWithoutRegions(source, 6) - 1]).toBe('  work();');
  expect(shown[lineWithoutRegions(source, 12) - 1]).toBe('end();');
});
