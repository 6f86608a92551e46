import { describe, expect, it } from 'vitest';
import { placeMenu } from '$lib/view/menu-place.ts';

const menu = { width: 300, height: 200 };
const room = { width: 390, height: 800 };

describe('placeMenu()', () => {
  it('opens below its anchor, and above it where there is no room below', () => {
    const anchor = { x: 20, y: 100, width: 24, height: 24 };
    expect(placeMenu(menu, anchor, room)).toEqual({ x: 20, y: 128 });
    expect(placeMenu(menu, { ...anchor, y: 700 }, room)).toEqual({ x: 20, y: 496 });
  });

  it('stays within the window, wherever its anchor is', () => {
    for (const x of [-50, 0, 200, 389, 500]) {
      for (const y of [-80, 0, 400, 790, 900]) {
        const place = placeMenu(menu, { x, y, width: 0, height: 0 }, room);
        expect(place.x).toBeGreaterThanOrEqual(8);
        expect(place.y).toBeGreaterThanOrEqual(8);
        expect(place.x + menu.width).toBeLessThanOrEqual(room.width - 8);
        expect(place.y + menu.height).toBeLessThanOrEqual(room.height - 8);
      }
    }
  });
});
