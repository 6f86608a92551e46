import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '$lib/storage/records.ts';

const CODE = { version: 'v1', files: { 'start.ts': 'export default 1;' }, savedAtMs: 5 };

let store: Store;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  store = await openStore({ nowMs: () => 77 });
});

afterEach(() => store.close());

describe('openStore()', () => {
  it('keeps a record over closing and opening again', async () => {
    await store.put('code', 'a/b@v1', CODE);
    store.close();
    store = await openStore();
    expect(store.durable).toBe(true);
    expect(await store.get('code', 'a/b@v1')).toEqual(CODE);
  });

  it('gives null for what was never stored, and for what was removed', async () => {
    expect(await store.get('code', 'a')).toBeNull();
    await store.put('code', 'a', CODE);
    await store.remove('code', 'a');
    expect(await store.get('code', 'a')).toBeNull();
  });

  it('lists a kind without the others', async () => {
    await store.put('code', 'one', CODE);
    await store.put('code', 'two', { ...CODE, version: 'v2' });
    await store.put('layout', 'one', { left: 300 });
    expect([...(await store.all('code')).keys()].sort()).toEqual(['one', 'two']);
  });

  it('puts a damaged record aside, with what was in it, and goes on', async () => {
    const damaged = { version: 3, files: 'none' };
    await writeRaw('code', 'a', damaged);
    await store.put('code', 'b', CODE);

    expect(await store.get('code', 'a')).toBeNull();
    expect([...(await store.all('code')).keys()]).toEqual(['b']);
    const [aside] = await store.quarantined();
    expect(aside).toMatchObject({ kind: 'code', id: 'a', raw: damaged, atMs: 77 });
    expect(aside?.why).toContain('version');

    await store.put('code', 'a', CODE);
    expect(await store.get('code', 'a')).toEqual(CODE);
  });

  it('works in memory and says so where there is no IndexedDB', async () => {
    store.close();
    globalThis.indexedDB = Object.create(null, {
      open: {
        value: () => {
          throw new DOMException('denied', 'SecurityError');
        },
      },
    });
    store = await openStore();
    expect(store.durable).toBe(false);
    await store.put('code', 'a', CODE);
    expect(await store.get('code', 'a')).toEqual(CODE);
    expect([...(await store.all('code')).keys()]).toEqual(['a']);
  });

  it('tells another tab what was written, and not itself', async () => {
    const other = await openStore();
    const heardHere: string[] = [];
    store.onRemote(({ id }) => heardHere.push(id));
    const heard = new Promise<string>((resolve) => other.onRemote(({ id }) => resolve(id)));
    await store.put('code', 'shared', CODE);
    expect(await heard).toBe('shared');
    expect(heardHere).toEqual([]);
    other.close();
  });
});

/** Writes past the store, as an older or broken version of the site would have. */
async function writeRaw(kind: string, id: string, value: unknown): Promise<void> {
  const db = await openDB('sluice', 1);
  await db.put('records', { kind, id, value });
  db.close();
}
