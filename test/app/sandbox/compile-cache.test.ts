import { describe, expect, it } from 'vitest';
import { rememberingLast } from '$lib/sandbox/compile-cache.ts';
import type { Compiled } from '$lib/sandbox/compiled.ts';

/** A compiler that gives back the text of `a.ts`, or fails on an empty one. */
function setUp() {
  const calls: string[] = [];
  const compiler = rememberingLast({
    compile(files, entry): Promise<Compiled> {
      const code = files[entry] ?? '';
      calls.push(code);
      if (code === '') return Promise.resolve({ ok: false, problems: [] });
      return Promise.resolve({ ok: true, code, map: '', dataSets: [], warnings: [] });
    },
    warm: () => Promise.resolve(),
    dispose: () => undefined,
  });
  return { calls, compile: (text: string, entry = 'a.ts') => compiler.compile({ [entry]: text }, entry) };
}

describe('`rememberingLast()`', () => {
  it('compiles the same files once', async () => {
    const { calls, compile } = setUp();
    const first = await compile('1');
    expect(await compile('1')).toBe(first);
    expect(calls).toEqual(['1']);
  });

  it('compiles files that changed, and back again', async () => {
    const { calls, compile } = setUp();
    for (const text of ['1', '2', '1']) expect(await compile(text)).toMatchObject({ code: text });
    expect(calls).toEqual(['1', '2', '1']);
  });

  it('tells the same text under another name apart', async () => {
    const { calls, compile } = setUp();
    await compile('1');
    await compile('1', 'b.ts');
    expect(calls).toHaveLength(2);
  });

  it('tries again what failed', async () => {
    const { calls, compile } = setUp();
    await compile('');
    await compile('');
    expect(calls).toHaveLength(2);
  });
});
