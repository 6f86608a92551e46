import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitScale,
  revealed,
  scaleOf,
  scrolledTo,
  seenPart,
  stepped,
  wheelFactor,
  zoomedBy,
} from '$lib/view/picture-zoom.ts';

const room = { width: 600, height: 400 };

describe('fitScale()', () => {
  it('leaves a picture that fits as large as it is', () => {
    expect(fitScale(room, room)).toBe(1);
    expect(fitScale({ width: 100, height: 100 }, room)).toBe(1);
  });

  it('fits what is too large, by the side that lacks more room', () => {
    expect(fitScale({ width: 1_000, height: 400 }, room)).toBe(0.599);
    expect(fitScale({ width: 750, height: 798 }, room)).toBe(0.5);
  });

  it('stays a picture', () => {
    expect(fitScale({ width: 60_000, height: 400 }, room)).toBe(0.1);
  });
});

describe('scaleOf()', () => {
  it('follows the picture while it is to be seen whole, and stays where a scale was chosen', () => {
    expect(scaleOf({ kind: 'fit' }, { width: 1_000, height: 400 }, room)).toBe(0.599);
    expect(scaleOf({ kind: 'scale', scale: 2 }, { width: 1_000, height: 400 }, room)).toBe(2);
  });
});

describe('stepped()', () => {
  it('leads from any scale through 100 %, and back the same way', () => {
    expect(stepped(0.9, 1)).toEqual({ kind: 'scale', scale: 1 });
    expect(stepped(1, 1)).toEqual({ kind: 'scale', scale: 1.25 });
    expect(stepped(1.25, -1)).toEqual({ kind: 'scale', scale: 1 });
    expect(stepped(0.599, -1)).toEqual({ kind: 'scale', scale: 0.5 });
  });

  it('stays at the ends', () => {
    expect(stepped(3, 1)).toEqual({ kind: 'scale', scale: 3 });
    expect(stepped(0.25, -1)).toEqual({ kind: 'scale', scale: 0.25 });
  });
});

describe('zoomedBy()', () => {
  it('keeps between its limits, and undoes itself between them', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.8, max: 1.2, noNaN: true }), (scale) => {
        const there = zoomedBy(scale, wheelFactor(60));
        const back = zoomedBy(there.kind === 'scale' ? there.scale : 0, wheelFactor(-60));
        expect(back.kind === 'scale' ? back.scale : 0).toBeCloseTo(scale);
      }),
    );
    expect(zoomedBy(2, 100)).toEqual({ kind: 'scale', scale: 3 });
  });
});

describe('scrolledTo()', () => {
  it('keeps what lies under the pointer where it is', () => {
    const numbers = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 900 }) });
    fc.assert(
      fc.property(numbers, numbers, (scroll, at) => {
        const next = scrolledTo(scroll, at, { from: 1, to: 1.5 });
        expect((next.x + at.x) / 1.5).toBeCloseTo(scroll.x + at.x);
        expect((next.y + at.y) / 1.5).toBeCloseTo(scroll.y + at.y);
      }),
    );
  });
});

describe('revealed()', () => {
  const picture = { width: 600, height: 2_000 };
  const part = { x: 40, y: 1_000, width: 200, height: 100 };

  it('leads by the shortest way to a part that is out of sight, with a little around it', () => {
    const from = (y: number, scale = 1) => revealed(part, picture, { room, scroll: { x: 0, y }, scale });
    expect(from(0)).toEqual({ x: 0, y: 1_100 - 400 + 12 });
    expect(from(1_600)).toEqual({ x: 0, y: 1_000 - 12 });
    expect(from(0, 0.5)).toEqual({ x: 0, y: 550 - 400 + 12 });
  });

  it('leads nowhere from where it is in sight', () => {
    expect(revealed(part, picture, { room, scroll: { x: 0, y: 800 }, scale: 1 })).toBeNull();
  });

  it('stays within the picture', () => {
    const last = { ...part, y: 1_900 };
    expect(revealed(last, picture, { room, scroll: { x: 0, y: 0 }, scale: 1 })).toEqual({ x: 0, y: 1_600 });
    expect(revealed(last, picture, { room, scroll: { x: 0, y: 1_600 }, scale: 1 })).toBeNull();
  });
});

describe('seenPart()', () => {
  it('is all of a picture that its room holds', () => {
    expect(seenPart({ width: 500, height: 300 }, { room, scroll: { x: 0, y: 0 }, scale: 1 })).toEqual({
      x: 0,
      y: 0,
      width: 500,
      height: 300,
    });
  });

  it('covers what its room shows, wherever it is scrolled and however large it is drawn', () => {
    const picture = { width: 900, height: 2_000 };
    fc.assert(
      fc.property(
        fc.double({ min: 0.25, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (scale, share) => {
          const scroll = {
            x: share * Math.max(0, picture.width * scale - room.width),
            y: share * Math.max(0, picture.height * scale - room.height),
          };
          const seen = seenPart(picture, { room, scroll, scale });
          const least = 1e-6;
          expect(seen.x).toBeLessThanOrEqual(scroll.x / scale + least);
          expect(seen.y).toBeLessThanOrEqual(scroll.y / scale + least);
          expect(seen.x + seen.width).toBeGreaterThanOrEqual(
            Math.min(picture.width, (scroll.x + room.width) / scale) - least,
          );
          expect(seen.y + seen.height).toBeGreaterThanOrEqual(
            Math.min(picture.height, (scroll.y + room.height) / scale) - least,
          );
          expect(seen.height).toBeLessThanOrEqual(Math.min(picture.height, room.height / scale + 4 * 64));
        },
      ),
    );
  });

  it('stays for small moves', () => {
    const at = (y: number) =>
      seenPart({ width: 500, height: 2_000 }, { room, scroll: { x: 0, y }, scale: 1 });
    expect(at(70)).toEqual(at(90));
    expect(at(70)).toEqual({ x: 0, y: 0, width: 500, height: 576 });
  });
});
