import { describe, expect, it, vi } from 'vitest';
import { Flow, planOf, runVirtual } from '#engine';

describe('planOf', () => {
  it('takes a flow as default export and prints what it emits', async () => {
    const flow = Flow.from([1, 2, 3, 4, 5, 6], { stages: 2 })
      .map((n) => n + 1)
      .partition({ stages: 2, key: (n) => n % 2 })
      .reduce(
        () => 0,
        (sum, n) => sum + n,
      )
      .emit('state');
    const plan = planOf({ default: flow });
    expect(plan.stages.map(({ id }) => id)).toEqual([
      'source',
      'map 1',
      'map 2',
      'reduce 1',
      'reduce 2',
      'output',
    ]);
    const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
    const { ended } = await runVirtual(plan, { seed: 0 });
    expect(ended).toBe('exited');
    expect(log.mock.calls.flat().sort()).toEqual([12, 15]);
    log.mockRestore();
  });
});
