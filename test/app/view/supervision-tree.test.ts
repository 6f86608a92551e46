import { describe, expect, it } from 'vitest';
import { replay, type PlanView } from 'sluice';
import { supervisionTree } from '$lib/view/supervision-tree.ts';
import { CRASH_AND_RESTART, link, stage, SUPERVISED } from './recorded.ts';

const NESTED: PlanView = {
  stages: [stage('source', 'producer'), stage('twice', 'producerConsumer'), stage('sink', 'consumer')],
  subscriptions: [link('twice', 'source'), link('sink', 'twice')],
  supervisors: [
    {
      id: 'inner',
      strategy: 'oneForAll',
      maxRestarts: 3,
      maxSeconds: 5,
      children: [
        { id: 'twice', restart: 'permanent' },
        { id: 'sink', restart: 'permanent' },
      ],
    },
    {
      id: 'outer',
      strategy: 'restForOne',
      maxRestarts: 1,
      maxSeconds: 2,
      children: [
        { id: 'source', restart: 'permanent' },
        { id: 'inner', restart: 'permanent' },
      ],
    },
  ],
};

describe('supervisionTree()', () => {
  it('hangs supervisors below those that watch over them, with the stages of each', () => {
    const [outer, ...others] = supervisionTree(NESTED, replay(NESTED, [], 0), null);
    expect(others).toEqual([]);
    expect(outer?.card.strategyText).toBe('rest for one');
    expect(outer?.children.map(({ id }) => id)).toEqual(['source']);
    expect(outer?.below.map(({ card }) => card.id)).toEqual(['inner']);
    expect(outer?.below[0]?.children.map(({ id }) => id)).toEqual(['twice', 'sink']);
  });

  it('tells a crash and a restart at their moments, and the life that follows', () => {
    const at = (n: number) => {
      const entry = CRASH_AND_RESTART[n - 1] ?? null;
      return supervisionTree(SUPERVISED, replay(SUPERVISED, CRASH_AND_RESTART, n), entry)[0];
    };
    const crash = CRASH_AND_RESTART.findIndex(({ type }) => type === 'crash') + 1;
    expect(at(crash - 1)?.children[0]).toMatchObject({ doing: 'running', now: null, life: null });
    expect(at(crash)?.children[0]).toMatchObject({ doing: 'crashed', now: 'crashes' });
    expect(at(crash + 1)?.children[0]?.words).toBe('printer has crashed; it is started again after "boom"');
    expect(at(crash + 1)?.usedText).toBe('1 of 3 restarts');
    expect(at(crash + 2)?.children[0]).toMatchObject({ doing: 'running', life: 'life 2' });
    expect(at(crash)?.usedText).toBeNull();
  });

  it('is empty where nobody supervises', () => {
    const { stages, subscriptions } = NESTED;
    expect(supervisionTree({ stages, subscriptions }, replay(NESTED, [], 0), null)).toEqual([]);
  });
});
