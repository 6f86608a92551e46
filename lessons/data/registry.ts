import { decodeFlights } from './decode.ts';

/** A name exported by `sluice/data`. */
export type DataSetName = 'flights';

interface DataSet {
  /** Address of the file among the site's assets. A chunk of its own, so that no page carries what it does not use. */
  readonly address: () => Promise<string>;
  readonly decode: (json: unknown) => readonly unknown[];
}

const DATA_SETS: Readonly<Record<DataSetName, DataSet>> = {
  flights: {
    address: async () => (await import('vega-datasets/data/flights-10k.json?url')).default,
    decode: decodeFlights,
  },
};

/** Decoded rows as JSON, once per page. A failed load is forgotten, so that the next Run tries again. */
const loaded = new Map<DataSetName, Promise<string>>();

export function isDataSet(name: string): name is DataSetName {
  return Object.hasOwn(DATA_SETS, name);
}

/** Rows of a data set as JSON text, for the sandbox: fetched by the page on first use. Rejects when it cannot be had. */
export function loadDataSet(name: DataSetName): Promise<string> {
  const known = loaded.get(name);
  if (known) return known;
  const loading = fetchRows(DATA_SETS[name]);
  loaded.set(name, loading);
  loading.catch(() => loaded.delete(name));
  return loading;
}

async function fetchRows({ address, decode }: DataSet): Promise<string> {
  const response = await fetch(await address());
  if (!response.ok) throw new Error(`Cannot fetch ${response.url}: the server answered ${response.status}`);
  return JSON.stringify(decode(await response.json()));
}
