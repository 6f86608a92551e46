/** Makes records of one shape. */
export interface RecordMaker {
  readonly keys: readonly string[];
  /** A record of each row. */
  fromColumns(columns: readonly (readonly unknown[])[], count: number): object[];
  fromValues(values: readonly unknown[]): object;
}

/** Fields are defined, never assigned: no setter of a prototype hears of it, and `__proto__` is a field like others. */
export function recordMaker(keys: readonly string[]): RecordMaker {
  const fromValues = (values: readonly unknown[]): object => {
    const record = {};
    for (let i = 0; i < keys.length; i += 1) define(record, keys[i] ?? '', values[i]);
    return record;
  };
  return {
    keys,
    fromValues,
    fromColumns(columns, count) {
      const records: object[] = [];
      for (let i = 0; i < count; i += 1) records.push(fromValues(columns.map((column) => column[i])));
      return records;
    },
  };
}

function define(record: object, key: string, value: unknown): void {
  Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}
