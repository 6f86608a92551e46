import { describe, expect, it } from 'vitest';
import { changedLines } from '$lib/labs/changed-lines.ts';

const told = (before: string, now: string) =>
  changedLines(before, now).map(({ text, of }) => (of ? `+${text}` : text));

describe('`changedLines()`', () => {
  it('lights nothing where nothing was changed', () => {
    expect(told('a\nb\n', 'a\nb\n')).toEqual(['a', 'b']);
  });

  it('lights lines that are new, and those in the place of others', () => {
    expect(told('a\nb\nc', 'a\nx\nb\ny')).toEqual(['a', '+x', 'b', '+y']);
  });

  it('does not light an empty line', () => {
    expect(told('a', 'a\n\nb')).toEqual(['a', '', '+b']);
  });

  it('keeps as many lines as both have in the same order', () => {
    expect(told('{\na\n}\n{\nb\n}', '{\nb\n}')).toEqual(['{', 'b', '}']);
    expect(told('a\nb\nc\nd', 'c\na\nb\nd')).toEqual(['+c', 'a', 'b', 'd']);
  });
});
