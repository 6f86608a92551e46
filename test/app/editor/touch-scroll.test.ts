import { describe, expect, it } from 'vitest';
import { leftover } from '../../../app/lib/editor/touch-scroll.ts';

describe('leftover()', () => {
  it('leaves nothing while the editor can scroll', () => {
    expect(leftover({ top: 10, maxTop: 100 }, 90)).toBe(0);
    expect(leftover({ top: 10, maxTop: 100 }, -10)).toBe(0);
  });

  it('leaves what goes beyond an end', () => {
    expect(leftover({ top: 90, maxTop: 100 }, 30)).toBe(20);
    expect(leftover({ top: 10, maxTop: 100 }, -30)).toBe(-20);
  });

  it('leaves everything to the page when the text fits', () => {
    expect(leftover({ top: 0, maxTop: -40 }, 25)).toBe(25);
    expect(leftover({ top: 0, maxTop: 0 }, -25)).toBe(-25);
  });
});
