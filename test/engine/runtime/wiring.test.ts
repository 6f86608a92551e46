import { describe, expect, it } from 'vitest';
import { EngineError } from '#engine';
import { Wiring } from '#engine/runtime/wiring.ts';

describe('Wiring', () => {
  it('names subscriptions after their ends, and counts those alike', () => {
    const wiring = new Wiring();
    expect(wiring.add('sink', 'source')).toBe('sink←source');
    expect(wiring.add('other', 'source')).toBe('other←source');
    expect(wiring.add('sink', 'source')).toBe('sink←source#2');
    expect(wiring.add('sink', 'source')).toBe('sink←source#3');
  });

  it('refuses a circle, and shows it the way events would flow', () => {
    const wiring = new Wiring();
    wiring.add('b', 'a');
    wiring.add('dead end', 'a');
    wiring.add('c', 'b');
    expect(() => wiring.add('a', 'c')).toThrow('"a" → "b" → "c" → "a"');
    expect(() => wiring.add('a', 'a')).toThrow(EngineError);
    expect(wiring.add('c', 'a')).toBe('c←a');
  });

  it('takes layers that all subscribe to all, however many ways lead through them', () => {
    const wiring = new Wiring();
    const stages = Array.from({ length: 8 }, (_, i) => i);
    // Later layers first, as flows subscribe: 8¹² ways lead from the first to the last.
    for (let layer = 12; layer > 0; layer -= 1)
      for (const to of stages)
        for (const from of stages) wiring.add(`${layer}/${to}`, `${layer - 1}/${from}`);
    expect(() => wiring.add('0/0', '12/7')).toThrow(EngineError);
  });
});
