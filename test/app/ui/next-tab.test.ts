import { describe, expect, it } from 'vitest';
import { nextTab } from '$lib/ui/next-tab.ts';

const NAMES = ['lesson', 'editor', 'checks'] as const;

describe('nextTab()', () => {
  it('goes round both ends', () => {
    expect(nextTab(NAMES, 'checks', 'ArrowRight')).toBe('lesson');
    expect(nextTab(NAMES, 'lesson', 'ArrowLeft')).toBe('checks');
  });

  it('goes to the ends with Home and End', () => {
    expect(nextTab(NAMES, 'editor', 'Home')).toBe('lesson');
    expect(nextTab(NAMES, 'editor', 'End')).toBe('checks');
  });

  it('leaves other keys alone', () => {
    expect(nextTab(NAMES, 'editor', 'Tab')).toBeNull();
    expect(nextTab(NAMES, 'editor', 'Enter')).toBeNull();
  });
});
