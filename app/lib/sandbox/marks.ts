/** How far the latest Run has come: where its time goes shows in the browser's performance tools. */
const MARKS = ['run', 'compiled', 'frame', 'ready', 'entry'] as const;

export type RunMark = (typeof MARKS)[number];

/** Forgets the marks of the run before, and sets the first one. */
export function beginMarks(): void {
  for (const mark of MARKS) performance.clearMarks(nameOf(mark));
  performance.mark(nameOf('run'));
}

/** Sets `sluice:<mark>` in the page's performance timeline, the first time that a run comes this far. */
export function markRun(mark: Exclude<RunMark, 'run'>): void {
  if (performance.getEntriesByName(nameOf(mark)).length === 0) performance.mark(nameOf(mark));
}

function nameOf(mark: RunMark): string {
  return `sluice:${mark}`;
}
