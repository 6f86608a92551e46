import { describe, expect, it } from 'vitest';
import { Flow, Window } from '#engine';

const numbers = Flow.from([5, 3, 9, 1, 7, 2, 8], { stages: 1 }).partition({
  stages: 2,
  hash: (n) => [n, n % 2],
});
const list = numbers.reduce(
  () => [] as readonly number[],
  (all, n) => [...all, n],
);
const sum = numbers.reduce(
  () => 0,
  (all, n) => all + n,
);
const descending = (a: number, b: number) => b - a;

describe('takeSort() sorts what all partitions emit', () => {
  it('FL-088 the elements of their states, if nothing else is said', async () => {
    expect(await list.takeSort(3).toArray()).toEqual([[1, 2, 3]]);
    expect(await list.takeSort(2, descending).toArray()).toEqual([[9, 8]]);
    expect(await list.takeSort(99).toArray()).toEqual([[1, 2, 3, 5, 7, 8, 9]]);
    expect(await list.emit('events').takeSort(3).toArray()).toEqual([[1, 2, 3]]);
  });

  it('FL-088 the entries of Maps', async () => {
    const counts = Flow.from([...'abracadabra'], { stages: 1 })
      .partition({ stages: 3 })
      .reduce(
        () => new Map<string, number>(),
        (all, letter) => all.set(letter, (all.get(letter) ?? 0) + 1),
      );
    expect(await counts.takeSort(2, ([, a], [, b]) => b - a).toArray()).toEqual([
      [
        ['a', 5],
        [expect.stringMatching(/^[br]$/), 2],
      ],
    ]);
  });

  it('the states themselves where they are emitted', async () => {
    expect(await sum.emit('state').takeSort(1).toArray()).toEqual([[10]]);
    expect(await sum.emit('state').takeSort(2, descending).toArray()).toEqual([[25, 10]]);
  });

  it('what onTrigger makes of them, which may change the state all the same', async () => {
    const perWindow = numbers
      .partition({ stages: 1, window: Window.global<number>().triggerEvery(3) })
      .reduce(
        () => [] as readonly number[],
        (all, n) => [...all, n],
      );
    const flow = perWindow.onTrigger((all) => ({ events: all.map((n) => -n), state: [] })).takeSort(3);
    expect(await flow.toArray()).toEqual([[-9, -8, -7]]);
  });

  it('nothing where nothing is emitted', async () => {
    expect(await sum.emit('nothing').takeSort(2).toArray()).toEqual([[]]);
  });

  it('also what emitAndReduce emits on the way', async () => {
    const flow = numbers.emitAndReduce(
      () => 0,
      (all, n) => ({ events: [n], state: all + n }),
    );
    expect(await flow.emit('state').takeSort(4, descending).toArray()).toEqual([[25, 10, 9, 8]]);
    expect(await flow.emit('nothing').takeSort(2).toArray()).toEqual([[1, 2]]);
  });

  it('and refuses what is no step, as without it', async () => {
    const wrong: typeof sum = Reflect.apply(sum.onTrigger, sum, [() => 3]);
    await expect(wrong.takeSort(1).toArray()).rejects.toThrow('Cannot go on with onTrigger');
    const reduced: typeof sum = Reflect.apply(numbers.emitAndReduce, numbers, [() => 0, () => [1]]);
    await expect(reduced.takeSort(1).toArray()).rejects.toThrow('Cannot go on with emitAndReduce');
  });
});
