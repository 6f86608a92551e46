import { describe, expect, it } from 'vitest';
import { codeId, earlierWork, type CodeRecord } from '$lib/lesson-page/kept-code.ts';

const record = (version: string, savedAtMs: number): CodeRecord => ({
  version,
  savedAtMs,
  files: { 'start.ts': `// ${version}` },
});

describe('earlierWork()', () => {
  const records = new Map([
    [codeId('a', 's', 'v1'), record('v1', 10)],
    [codeId('a', 's', 'v2'), record('v2', 20)],
    [codeId('a', 's', 'v3'), record('v3', 5)],
    [codeId('a', 'other', 'v9'), record('v9', 99)],
  ]);

  it('finds the newest work on another edition of the same step', () => {
    expect(earlierWork(records, 'a', 's', 'v3')?.version).toBe('v2');
    expect(earlierWork(records, 'a', 's', 'v2')?.version).toBe('v1');
  });

  it('finds none where only this edition was worked on', () => {
    expect(earlierWork(records, 'a', 'other', 'v9')).toBeNull();
    expect(earlierWork(new Map(), 'a', 's', 'v1')).toBeNull();
  });
});
