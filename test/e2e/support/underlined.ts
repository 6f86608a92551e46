import type { Locator } from '@playwright/test';

/** Lines, from 1, that the editor underlines as errors. Only what is scrolled into view is drawn at all. */
export async function underlinedLines(editor: Locator): Promise<number[]> {
  return await editor.evaluate((pane) => {
    const topOf = (element: Element): number => element.getBoundingClientRect().top;
    const numbers = [...pane.querySelectorAll('.margin-view-overlays .line-numbers')]
      .map((element) => ({ line: Number(element.textContent), top: topOf(element) }))
      .filter(({ line }) => line > 0)
      .sort((a, b) => a.top - b.top);
    const lines = [...pane.querySelectorAll('.squiggly-error')].map(
      // A line that wraps has its number at its first row.
      (mark) => numbers.findLast(({ top }) => top <= topOf(mark) + 2)?.line ?? 0,
    );
    return [...new Set(lines)].sort((a, b) => a - b);
  });
}
