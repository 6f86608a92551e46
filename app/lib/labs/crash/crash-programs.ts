import type { ProgramLine } from '../program-lines.ts';
import text from './orders.ts?raw';

/** When an order is acknowledged. `sent`: as soon as it is sent. `before`, `after`: before or after it is saved. */
export type Acknowledging = 'sent' | 'before' | 'after';

/** What the learner chooses. */
export interface CrashSettings {
  readonly acknowledge: Acknowledging;
  /** An order that is in the table is not added to it again. */
  readonly isIdempotent: boolean;
}

/** The stages that may be crashed, in the order in which they subscribe to each other. */
export const CRASHABLE = ['orders', 'pricer', 'saver'] as const;

export type Crashable = (typeof CRASHABLE)[number];

/** How long the book waits for an acknowledgement, seconds; as the program says. */
export const PATIENCE_S = 6;

export const ENTRY = 'orders.ts';

const ACKNOWLEDGING: Readonly<Record<Acknowledging, string>> = {
  sent: "  if (ids.length > 0) cast('orders', ids); // acknowledged: as soon as they are sent",
  before: "    me.within(() => cast('orders', ids)); // acknowledged: before the save",
  after: "    me.within(() => cast('orders', ids)); // acknowledged: after the save",
};

/** The line before which an acknowledgement stands that does not come after the save. */
const STANDS_BEFORE: Readonly<Record<Exclude<Acknowledging, 'after'>, string>> = {
  sent: '  if (ids.length > 0) self().sendAfter(ids, PATIENCE_MS);',
  before: '    for (const id of ids) {\n      await sleep(400);',
};

const ADDING = {
  always: '    const isNew = true; // a save adds a row, whatever is there',
  once: '    const isNew = !rows.includes(id); // idempotent: a row that is there is not added again',
} as const;

/** The program with these settings: one line stands elsewhere, one is written otherwise. */
export function crashProgram({ acknowledge, isIdempotent }: CrashSettings): string {
  const added = isIdempotent ? text.replace(ADDING.always, ADDING.once) : text;
  if (acknowledge === 'after') return added;
  const before = STANDS_BEFORE[acknowledge];
  return added
    .replace(`${ACKNOWLEDGING.after}\n`, '')
    .replace(before, `${ACKNOWLEDGING[acknowledge]}\n${before}`);
}

/** The lines that the settings change. */
export type Changed = 'acknowledge' | 'table';

/** The program with the lines marked that the settings change. */
export function crashLines(settings: CrashSettings): readonly ProgramLine<Changed>[] {
  const acknowledging = ACKNOWLEDGING[settings.acknowledge];
  const adding = settings.isIdempotent ? ADDING.once : ADDING.always;
  return crashProgram(settings)
    .trimEnd()
    .split('\n')
    .map((line) => ({
      text: line,
      of: line === acknowledging ? 'acknowledge' : line === adding ? 'table' : null,
    }));
}

/** What a setting is called among those who build such systems. */
export function guaranteeOf({ acknowledge, isIdempotent }: CrashSettings): string {
  if (acknowledge !== 'after') return 'at most once';
  return isIdempotent ? 'effectively once' : 'at least once';
}
