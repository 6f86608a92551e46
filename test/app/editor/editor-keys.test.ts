import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../../app/lib/editor/editor-keys.ts';

const key = (
  name: string,
  modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {},
) => meaningOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

describe('meaningOf()', () => {
  it('runs with Ctrl or Cmd and Enter', () => {
    expect(key('Enter', { ctrlKey: true })).toBe('run');
    expect(key('Enter', { metaKey: true })).toBe('run');
  });

  it('takes Ctrl or Cmd and S from the browser, also with Caps Lock', () => {
    expect(key('s', { ctrlKey: true })).toBe('save');
    expect(key('S', { metaKey: true })).toBe('save');
  });

  it('switches what Tab does with Ctrl and M, and leaves Cmd and M to the system', () => {
    expect(key('m', { ctrlKey: true })).toBe('tabMode');
    expect(key('m', { metaKey: true })).toBe(null);
  });

  it('leaves everything else to the editor', () => {
    for (const name of ['Enter', 's', 'm', 'Tab', 'Escape']) expect(key(name), name).toBe(null);
    expect(key('s', { ctrlKey: true, altKey: true })).toBe(null);
    expect(key('Enter', { ctrlKey: true, shiftKey: true })).toBe(null);
  });
});
