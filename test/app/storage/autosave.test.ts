import { beforeEach, describe, expect, it } from 'vitest';
import { Autosave, SAVE_DELAY_MS, type SaveState } from '$lib/storage/autosave.ts';
import type { Store } from '$lib/storage/records.ts';

const LAYOUT = (left: number) => ({ left });

let writes: string[];
let states: SaveState[];
let timers: { callback: () => void; delayMs: number }[];
let refuse: boolean;

beforeEach(() => {
  writes = [];
  states = [];
  timers = [];
  refuse = false;
});

function make(durable = true): Autosave {
  const store: Store = {
    durable,
    get: async () => null,
    put: async (kind, id, value) => {
      if (refuse) throw new DOMException('full', 'QuotaExceededError');
      writes.push(`${kind}:${id}:${JSON.stringify(value)}`);
    },
    remove: async () => {},
    all: async () => new Map(),
    quarantined: async () => [],
    onRemote: () => () => {},
    close: () => {},
  };
  return new Autosave(
    store,
    { set: (callback, delayMs) => timers.push({ callback, delayMs }), clear: () => {} },
    (state) => states.push(state),
  );
}

describe('Autosave', () => {
  it('writes the last of several changes, once, within 400 ms of the first', async () => {
    const autosave = make();
    autosave.put('layout', 'a', LAYOUT(1));
    autosave.put('layout', 'a', LAYOUT(2));
    autosave.put('layout', 'a', LAYOUT(3));
    expect(writes).toEqual([]);
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([SAVE_DELAY_MS]);
    expect(SAVE_DELAY_MS).toBeLessThanOrEqual(400);
    timers[0]?.callback();
    await autosave.flush();
    expect(writes).toEqual(['layout:a:{"left":3}']);
    expect(states.at(-1)).toBe('saved');
  });

  it('flush() writes everything at once and waits for it', async () => {
    const autosave = make();
    autosave.put('layout', 'a', LAYOUT(1));
    autosave.put('layout', 'b', LAYOUT(2));
    expect(states.at(-1)).toBe('saving');
    await autosave.flush();
    expect(writes).toHaveLength(2);
    expect(states.at(-1)).toBe('saved');
  });

  it('says that a change is not saved when the disk refuses, and writes it with the next one', async () => {
    const autosave = make();
    refuse = true;
    autosave.put('layout', 'a', LAYOUT(1));
    await autosave.flush();
    expect(states.at(-1)).toBe('unsaved');
    refuse = false;
    autosave.put('layout', 'b', LAYOUT(2));
    timers.at(-1)?.callback();
    await autosave.flush();
    expect(states.at(-1)).toBe('saved');
    expect(writes.sort()).toEqual(['layout:a:{"left":1}', 'layout:b:{"left":2}']);
  });

  it('a change made while an earlier one is refused takes its place', async () => {
    const autosave = make();
    refuse = true;
    autosave.put('layout', 'a', LAYOUT(1));
    const flushed = autosave.flush();
    autosave.put('layout', 'a', LAYOUT(2));
    await flushed;
    refuse = false;
    await autosave.flush();
    expect(writes).toEqual(['layout:a:{"left":2}']);
  });

  it('never claims to have saved in a browser that keeps nothing', async () => {
    const autosave = make(false);
    autosave.put('layout', 'a', LAYOUT(1));
    await autosave.flush();
    expect(new Set(states)).toEqual(new Set(['unavailable']));
  });

  it('holds() is true from the change to its write', async () => {
    const autosave = make();
    autosave.put('code', 'a', { version: 'v', files: {}, savedAtMs: 0 });
    expect(autosave.holds('code', 'a')).toBe(true);
    await autosave.flush();
    expect(autosave.holds('code', 'a')).toBe(false);
  });
});
