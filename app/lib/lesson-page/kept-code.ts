import type { RecordOf } from '$lib/storage/schemas.ts';

export type CodeRecord = RecordOf<'code'>;

/**
 * Where a step's code is kept. The version of the starting text is part of it: when an author changes the start,
 * what was written to the earlier one stays where it is.
 */
export function codeId(lesson: string, step: string, version: string): string {
  return `${lesson}/${step}@${version}`;
}

/** What was written most recently to another edition of this step's start; `null` when there is none. */
export function earlierWork(
  records: ReadonlyMap<string, CodeRecord>,
  lesson: string,
  step: string,
  version: string,
): CodeRecord | null {
  const others = [...records]
    .filter(([id, record]) => id.startsWith(`${lesson}/${step}@`) && record.version !== version)
    .map(([, record]) => record)
    .sort((a, b) => b.savedAtMs - a.savedAtMs);
  return others[0] ?? null;
}
