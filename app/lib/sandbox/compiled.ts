import type { Problem } from './run-view.ts';

/** What compiling a learner's files gives: one ES module, or what is wrong with them. */
export type Compiled =
  | {
      readonly ok: true;
      /** ES module text. Its imports of `sluice` and `sluice/data` have become reads of `globalThis`. */
      readonly code: string;
      /** Source map (JSON). Its sources are the learner's file names, as they were given. */
      readonly map: string;
      /** Names of the data sets it reads from `sluice/data`, sorted. */
      readonly dataSets: string[];
      readonly warnings: Problem[];
    }
  | { readonly ok: false; readonly problems: Problem[] };

/** Specifier → names that a learner may import from it: what `sluice` and `sluice/data` export at run time. */
export type OfferedExports = Readonly<Record<'sluice' | 'sluice/data', readonly string[]>>;
