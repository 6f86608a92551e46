import { savedWork } from '../storage/saved-work.svelte.ts';
import type { Kind, RecordOf } from '../storage/schemas.ts';
import type { RowStore } from './tried-rows.svelte.ts';

type Crashes = RecordOf<'crashes'>['rows'];
type SkewRuns = RecordOf<'skewRuns'>['rows'];

/** There is one list of each kind. */
const ID = 'tried';

/** The crashes that were tried, in this browser. */
export const STORED_CRASHES: RowStore<Crashes[number]> = {
  read: async () => {
    await savedWork().flush();
    return (await savedWork().get('crashes', ID))?.rows ?? [];
  },
  write: (rows) => void savedWork().put('crashes', ID, { rows }),
  ...changesOf('crashes'),
};

/** The runs of the skew lab, in this browser. */
export const STORED_SKEW_RUNS: RowStore<SkewRuns[number]> = {
  read: async () => {
    await savedWork().flush();
    return (await savedWork().get('skewRuns', ID))?.rows ?? [];
  },
  write: (rows) => void savedWork().put('skewRuns', ID, { rows }),
  ...changesOf('skewRuns'),
};

function changesOf(kind: Kind): Pick<RowStore<unknown>, 'remove' | 'watch'> {
  return {
    remove: () => savedWork().remove(kind, ID),
    watch: (listener) =>
      savedWork().onRemote((change) => {
        if (change.kind === kind && change.id === ID) listener();
      }),
  };
}
