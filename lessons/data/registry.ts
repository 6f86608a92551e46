import type { DataSetName } from './names.ts';

export type { DataSetName } from './names.ts';

/** Where the rows of each are, as JSON. Each a chunk of its own, so that no page carries what it does not use. */
const ADDRESSES: Readonly<Record<DataSetName, () => Promise<{ readonly default: string }>>> = {
  chapters: () => import('virtual:sluice-data/chapters'),
  earthquakes: () => import('virtual:sluice-data/earthquakes'),
  flights: () => import('virtual:sluice-data/flights'),
};

/** Rows once per page. A failed load is forgotten, so that the next Run tries again. */
const loaded = new Map<DataSetName, Promise<string>>();

export function isDataSet(name: string): name is DataSetName {
  return Object.hasOwn(ADDRESSES, name);
}

/** Rows of a data set as JSON text, for the sandbox: fetched by the page on first use. Rejects when it cannot be had. */
export function loadDataSet(name: DataSetName): Promise<string> {
  const known = loaded.get(name);
  if (known) return known;
  const loading = fetchRows(name);
  loaded.set(name, loading);
  loading.catch(() => loaded.delete(name));
  return loading;
}

async function fetchRows(name: DataSetName): Promise<string> {
  const { default: address } = await ADDRESSES[name]();
  const response = await fetch(address);
  if (!response.ok)
    throw new Error(`Cannot load the data set "${name}": the server answered ${response.status}`);
  return await response.text();
}
