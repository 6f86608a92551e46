import { describe, expect, it } from 'vitest';
import { Settling } from '../../../engine/runtime/settling.ts';

const DONE = { idle: true, sent: 3, received: 3 };

/** Two workers, and what is asked of them. */
function twoWorkers() {
  const asked: number[] = [];
  let quiet = 0;
  const settling = new Settling(
    () => {
      asked.push(asked.length + 1);
      return asked.length;
    },
    () => void (quiet += 1),
  );
  settling.begin(2);
  return { settling, asked, quiet: () => quiet };
}

describe('Settling', () => {
  it('finds the end when all have said twice that nothing is left', () => {
    const { settling, asked, quiet } = twoWorkers();
    settling.report(0, DONE);
    settling.report(1, DONE);
    expect(asked).toEqual([1]);
    settling.answer(0, 1, DONE);
    expect(quiet()).toBe(0);
    settling.answer(1, 1, DONE);
    expect(quiet()).toBe(1);
  });

  it('asks all when what they said is void and the first is done, as the others may have nothing to report', () => {
    const { settling, asked, quiet } = twoWorkers();
    settling.report(0, DONE);
    settling.again();
    settling.report(0, { ...DONE, idle: false });
    expect(asked).toEqual([]);
    settling.report(0, DONE);
    expect(asked).toEqual([1]);
    settling.answer(0, 1, DONE);
    settling.answer(1, 1, DONE);
    expect(asked).toEqual([1, 2]);
    settling.answer(0, 2, DONE);
    settling.answer(1, 2, DONE);
    expect(quiet()).toBe(1);
  });

  it('asks for that once, whatever is reported meanwhile', () => {
    const { settling, asked } = twoWorkers();
    settling.again();
    for (let i = 0; i < 5; i += 1) settling.report(0, DONE);
    expect(asked).toEqual([1]);
  });

  it('does not ask because of answers, which would never end', () => {
    const { settling, asked } = twoWorkers();
    settling.again();
    settling.answer(0, 7, DONE);
    expect(asked).toEqual([]);
  });
});
