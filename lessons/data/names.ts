/** What `sluice/data` exports: the names of the data sets. */
export const DATA_SETS = ['chapters', 'earthquakes', 'flights'] as const;

/** A name exported by `sluice/data`. */
export type DataSetName = (typeof DATA_SETS)[number];
