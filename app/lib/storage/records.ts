import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { parseRecord, type Kind, type RecordOf } from './schemas.ts';

/** A record that could not be read. It stays on the disk, out of the way. */
export interface Quarantined {
  readonly kind: Kind;
  readonly id: string;
  readonly why: string;
  readonly raw: unknown;
  readonly atMs: number;
}

/** A record was written by another tab of this browser. */
export interface RemoteChange {
  readonly kind: Kind;
  readonly id: string;
}

/** Everything a learner makes, kept in this browser and nowhere else. */
export interface Store {
  /** `false`: this browser keeps nothing (a private window, a refused disk); the store lasts as long as the page. */
  readonly durable: boolean;
  /** The record, or `null` where there is none. A damaged one is put aside and counts as none. */
  get<K extends Kind>(kind: K, id: string): Promise<RecordOf<K> | null>;
  put<K extends Kind>(kind: K, id: string, value: RecordOf<K>): Promise<void>;
  remove(kind: Kind, id: string): Promise<void>;
  /** All readable records of a kind, by id. */
  all<K extends Kind>(kind: K): Promise<Map<string, RecordOf<K>>>;
  quarantined(): Promise<readonly Quarantined[]>;
  /** Calls `listener` whenever another tab has written a record. Returns the way to stop. */
  onRemote(listener: (change: RemoteChange) => void): () => void;
  close(): void;
}

interface Schema extends DBSchema {
  /** Keyed by `[kind, id]`. */
  records: { key: [Kind, string]; value: { kind: Kind; id: string; value: unknown } };
  /** Append-only. */
  quarantine: { key: number; value: Quarantined };
}

const NAME = 'sluice';
const VERSION = 1;
const CHANNEL = 'sluice-records';

/**
 * Opens this browser's records. Where there is no IndexedDB or it refuses, the store lives in memory and says so
 * by `durable: false`.
 */
export async function openStore(options: { nowMs?: () => number } = {}): Promise<Store> {
  const nowMs = options.nowMs ?? Date.now;
  const remote = new RemoteChanges();
  try {
    const db = await openDB<Schema>(NAME, VERSION, {
      upgrade(database) {
        database.createObjectStore('records', { keyPath: ['kind', 'id'] });
        database.createObjectStore('quarantine', { autoIncrement: true });
      },
      // A newer version of the site waits in another tab: let go, or it waits for ever.
      blocking: (_current, _blocked, event) => {
        if (event.target instanceof IDBDatabase) event.target.close();
      },
    });
    return new DiskStore(db, remote, nowMs);
  } catch {
    return new MemoryStore(remote, nowMs);
  }
}

class DiskStore implements Store {
  readonly durable = true;
  readonly #db: IDBPDatabase<Schema>;
  readonly #remote: RemoteChanges;
  readonly #nowMs: () => number;

  constructor(db: IDBPDatabase<Schema>, remote: RemoteChanges, nowMs: () => number) {
    this.#db = db;
    this.#remote = remote;
    this.#nowMs = nowMs;
  }

  async get<K extends Kind>(kind: K, id: string): Promise<RecordOf<K> | null> {
    const row = await this.#db.get('records', [kind, id]);
    if (!row) return null;
    const parsed = parseRecord(kind, row.value);
    if (parsed.ok) return parsed.value;
    await this.#putAside({ kind, id, why: parsed.why, raw: row.value, atMs: this.#nowMs() });
    return null;
  }

  async put<K extends Kind>(kind: K, id: string, value: RecordOf<K>): Promise<void> {
    await this.#db.put('records', { kind, id, value });
    this.#remote.announce({ kind, id });
  }

  async remove(kind: Kind, id: string): Promise<void> {
    await this.#db.delete('records', [kind, id]);
    this.#remote.announce({ kind, id });
  }

  async all<K extends Kind>(kind: K): Promise<Map<string, RecordOf<K>>> {
    const rows = await this.#db.getAll('records', IDBKeyRange.bound([kind, ''], [kind, '\uffff']));
    const found = new Map<string, RecordOf<K>>();
    for (const { id } of rows) {
      const value = await this.get(kind, id);
      if (value !== null) found.set(id, value);
    }
    return found;
  }

  quarantined(): Promise<readonly Quarantined[]> {
    return this.#db.getAll('quarantine');
  }

  onRemote(listener: (change: RemoteChange) => void): () => void {
    return this.#remote.listen(listener);
  }

  close(): void {
    this.#remote.close();
    this.#db.close();
  }

  async #putAside(record: Quarantined): Promise<void> {
    const move = this.#db.transaction(['records', 'quarantine'], 'readwrite');
    await Promise.all([
      move.objectStore('quarantine').add(record),
      move.objectStore('records').delete([record.kind, record.id]),
      move.done,
    ]);
  }
}

class MemoryStore implements Store {
  readonly durable = false;
  /** One map per kind; lives as long as the page. */
  readonly #rows = new Map<Kind, Map<string, unknown>>();
  readonly #aside: Quarantined[] = [];
  readonly #remote: RemoteChanges;
  readonly #nowMs: () => number;

  constructor(remote: RemoteChanges, nowMs: () => number) {
    this.#remote = remote;
    this.#nowMs = nowMs;
  }

  async get<K extends Kind>(kind: K, id: string): Promise<RecordOf<K> | null> {
    const raw = this.#rows.get(kind)?.get(id);
    if (raw === undefined) return null;
    const parsed = parseRecord(kind, raw);
    if (parsed.ok) return parsed.value;
    this.#rows.get(kind)?.delete(id);
    this.#aside.push({ kind, id, why: parsed.why, raw, atMs: this.#nowMs() });
    return null;
  }

  async put<K extends Kind>(kind: K, id: string, value: RecordOf<K>): Promise<void> {
    const rows = this.#rows.get(kind) ?? new Map<string, unknown>();
    rows.set(id, structuredClone(value));
    this.#rows.set(kind, rows);
  }

  async remove(kind: Kind, id: string): Promise<void> {
    this.#rows.get(kind)?.delete(id);
  }

  async all<K extends Kind>(kind: K): Promise<Map<string, RecordOf<K>>> {
    const found = new Map<string, RecordOf<K>>();
    for (const id of [...(this.#rows.get(kind)?.keys() ?? [])]) {
      const value = await this.get(kind, id);
      if (value !== null) found.set(id, value);
    }
    return found;
  }

  async quarantined(): Promise<readonly Quarantined[]> {
    return [...this.#aside];
  }

  onRemote(listener: (change: RemoteChange) => void): () => void {
    return this.#remote.listen(listener);
  }

  close(): void {
    this.#remote.close();
  }
}

/** Tells the other tabs what was written, and hears it from them. */
class RemoteChanges {
  readonly #channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
  readonly #listeners = new Set<(change: RemoteChange) => void>();

  constructor() {
    this.#channel?.addEventListener('message', ({ data }: MessageEvent<RemoteChange>) => {
      for (const listener of this.#listeners) listener(data);
    });
  }

  announce(change: RemoteChange): void {
    this.#channel?.postMessage(change);
  }

  listen(listener: (change: RemoteChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#channel?.close();
    this.#listeners.clear();
  }
}
