import { describe, expect, it } from 'vitest';
import { contentVersion } from '$lib/storage/version.ts';

describe('contentVersion()', () => {
  it('is the same for the same files in any order', () => {
    expect(contentVersion({ a: '1', b: '2' })).toBe(contentVersion({ b: '2', a: '1' }));
  });

  it('differs when a text, a name or the border between them differs', () => {
    const versions = [{ a: '1' }, { a: '2' }, { b: '1' }, { a: '1', b: '' }, { ab: '1' }].map(contentVersion);
    expect(new Set(versions).size).toBe(versions.length);
  });
});
