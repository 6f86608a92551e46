import { describe, expect, it } from 'vitest';
import { wholeZoom } from '$lib/view/picture-zoom.ts';

describe('wholeZoom()', () => {
  const room = { width: 600, height: 400 };

  it('has nothing to offer where a picture fits, or only goes on below', () => {
    expect(wholeZoom(room, room)).toBeNull();
    expect(wholeZoom({ width: 600, height: 900 }, room)).toBeNull();
  });

  it('fits what is too wide, by the side that lacks more room', () => {
    expect(wholeZoom({ width: 1_000, height: 400 }, room)).toBe(0.599);
    expect(wholeZoom({ width: 750, height: 798 }, room)).toBe(0.5);
  });

  it('stays readable', () => {
    expect(wholeZoom({ width: 6_000, height: 400 }, room)).toBe(0.4);
  });
});
