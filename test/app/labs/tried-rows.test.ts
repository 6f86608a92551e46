import { describe, expect, it } from 'vitest';
import { outcomeOf } from '$lib/labs/crash/crash-words.ts';
import { TriedRows, type RowStore } from '$lib/labs/tried-rows.svelte.ts';
import { MAX_CRASHES, MAX_SKEW_RUNS } from '$lib/storage/lab-schemas.ts';
import { parseRecord } from '$lib/storage/schemas.ts';
import { runOrders } from './crash-run.ts';
import { madeRow } from './skew/made-runs.ts';

interface Row {
  readonly number: number;
  readonly what: string;
}

/** Rows as they lie on a disk that two pages share. */
function disk(kept: readonly Row[] = []) {
  const listeners = new Set<() => void>();
  const shared = { rows: kept, isBroken: false };
  const store = (): RowStore<Row> => {
    let own: (() => void) | null = null;
    const changed = (): void => {
      for (const listener of listeners) if (listener !== own) listener();
    };
    return {
      read: () => (shared.isBroken ? Promise.reject(new Error('no disk')) : Promise.resolve(shared.rows)),
      write: (rows) => {
        shared.rows = rows;
        changed();
      },
      remove: () => {
        shared.rows = [];
        changed();
        return shared.isBroken ? Promise.reject(new Error('no disk')) : Promise.resolve();
      },
      watch: (listener) => {
        own = listener;
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  };
  return { shared, store, listeners };
}

const row = (what: string) => (number: number) => ({ number, what });
const whats = (tried: TriedRows<Row>) => tried.rows.map(({ number, what }) => `${number} ${what}`);
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('TriedRows', () => {
  it('keeps rows from visit to visit, and goes on counting', async () => {
    const { store } = disk();
    const first = new TriedRows(store(), 5);
    await first.load();
    expect(await first.add(row('a'))).toBe(1);
    const later = new TriedRows(store(), 5);
    // A run may be over before what was kept has been read.
    expect(await later.add(row('b'))).toBe(2);
    expect(whats(later)).toEqual(['1 a', '2 b']);
  });

  it('lets the oldest go, and numbers none twice', async () => {
    const tried = new TriedRows(disk().store(), 2);
    for (const what of ['a', 'b', 'c']) await tried.add(row(what));
    expect(whats(tried)).toEqual(['2 b', '3 c']);
  });

  it('removes all of them, here and on the disk', async () => {
    const { store, shared } = disk([{ number: 4, what: 'old' }]);
    const tried = new TriedRows(store(), 5);
    await tried.load();
    expect(whats(tried)).toEqual(['4 old']);
    tried.forget();
    expect([tried.rows, shared.rows]).toEqual([[], []]);
    expect(await tried.add(row('new'))).toBe(1);
  });

  it('shows what another tab adds and removes, until it is disposed of', async () => {
    const { store, listeners } = disk();
    const [here, there] = [new TriedRows(store(), 5), new TriedRows(store(), 5)];
    await Promise.all([here.load(), there.load()]);
    await there.add(row('there'));
    await settled();
    await here.add(row('here'));
    await settled();
    expect([whats(here), whats(there)]).toEqual([
      ['1 there', '2 here'],
      ['1 there', '2 here'],
    ]);
    there.forget();
    await settled();
    expect(here.rows).toEqual([]);
    here.dispose();
    there.dispose();
    expect(listeners.size).toBe(0);
  });

  it('works on this page where nothing can be kept', async () => {
    const { store, shared } = disk();
    shared.isBroken = true;
    const tried = new TriedRows(store(), 5);
    await tried.add(row('a'));
    expect(whats(tried)).toEqual(['1 a']);
    tried.forget();
    expect(tried.rows).toEqual([]);
  });
});

describe('records of the labs', () => {
  const onDisk = (value: unknown): unknown => structuredClone(value);

  it('takes rows of real runs of the skew lab as they are', async () => {
    const rows = await Promise.all(
      (['plain', 'salt', 'saltAndMerge', 'preAggregate', 'twoStages'] as const).map((fix, i) =>
        madeRow(i + 1, { fix, partitions: fix === 'salt' ? 8 : 4 }),
      ),
    );
    expect(parseRecord('skewRuns', onDisk({ rows }))).toEqual({ ok: true, value: { rows } });
    const [first] = rows;
    const many = Array.from({ length: MAX_SKEW_RUNS + 1 }, () => first);
    expect(parseRecord('skewRuns', { rows: many }).ok).toBe(false);
    const damaged = { rows: [{ ...first, settings: { ...first?.settings, fix: 'magic' } }] };
    expect(parseRecord('skewRuns', damaged)).toMatchObject({ ok: false, why: /settings\.fix/ });
  });

  it('takes crashes of real runs as they are', async () => {
    const settings = { acknowledge: 'after', isIdempotent: false } as const;
    const places = await runOrders(settings, { stage: 'saver', atMs: 3_550 });
    const crash = {
      number: 1,
      settings,
      stage: 'saver',
      atMs: places.crash?.atMs,
      outcome: outcomeOf(places),
      guess: null,
    };
    const guessed = { ...crash, number: 2, guess: { once: 14, lost: 0, twice: 2 } };
    const record = { rows: [crash, guessed] };
    expect(parseRecord('crashes', onDisk(record))).toEqual({ ok: true, value: record });
    const many = Array.from({ length: MAX_CRASHES + 1 }, () => crash);
    expect(parseRecord('crashes', { rows: many }).ok).toBe(false);
    expect(parseRecord('crashes', { rows: [{ ...crash, stage: 'table' }] })).toMatchObject({ ok: false });
  });
});
