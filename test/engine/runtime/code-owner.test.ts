import { describe, expect, it } from 'vitest';
import { CodeOwner, type Owner } from '../../../engine/runtime/code-owner.ts';

const A: Owner = { stage: 'a', cause: 1 };
const B: Owner = { stage: 'b', cause: 2 };

describe('CodeOwner', () => {
  it('is the stage whose callback runs, whatever a guess would say', () => {
    const owner = new CodeOwner(() => B);
    owner.enter(A);
    expect(owner.current).toBe(A);
  });

  it('guesses, from the latest to run, once the callback has returned', () => {
    const owner = new CodeOwner((latest) => (latest === A ? B : null));
    expect(owner.current).toBeNull();
    owner.enter(A);
    owner.leave();
    expect(owner.current).toBe(B);
  });

  it('comes back with what it set up, and stays for what follows', () => {
    const owner = new CodeOwner((latest) => latest);
    owner.enter(A);
    const seen: (Owner | null)[] = [];
    const later = owner.owned(() => void seen.push(owner.current));
    owner.leave();
    owner.enter(B);
    owner.leave();
    later();
    expect([...seen, owner.current]).toEqual([A, A]);
  });

  it('leaves alone what was set up before any callback ran', () => {
    const owner = new CodeOwner((latest) => latest);
    const later = owner.owned(() => undefined);
    owner.enter(A);
    later();
    expect(owner.current).toBe(A);
  });
});
