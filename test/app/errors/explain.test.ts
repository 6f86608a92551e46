import { describe, expect, it } from 'vitest';
import { errorCodes, explain, isErrorCode } from '$lib/errors/explain.ts';

describe('explain()', () => {
  it.each(errorCodes())('%s: a whole message with every detail named, and what to do', (code) => {
    const { message, hint } = explain(code);
    expect(message).toMatch(/^Cannot .+ as .+/);
    expect(message).not.toMatch(/undefined|\[object|NaN/);
    expect(hint).toMatch(/[.)}]$/);
  });

  it('knows the codes of the catalogue and no other', () => {
    expect(isErrorCode('no_pipeline')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
  });
});
