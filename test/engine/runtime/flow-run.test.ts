import { describe, expect, it } from 'vitest';
import { EngineError, Flow } from 'sluice';

const upTo = (limit: number) => Array.from({ length: limit }, (_, i) => i);

describe('flow.toArray()', () => {
  it('FL-170 answers with everything the flow emits', async () => {
    expect(
      await Flow.from(upTo(3), { stages: 1 })
        .map((n) => 2 * n)
        .toArray(),
    ).toEqual([0, 2, 4]);
    const all = await Flow.from(upTo(5_000), { stages: 2 })
      .filter((n) => n % 2 === 0)
      .toArray();
    expect(all.toSorted((a, b) => a - b)).toEqual(upTo(2_500).map((n) => 2 * n));
  });

  it('FL-172 rejects when a function throws, with what it threw as the cause', async () => {
    const boom = new Error('boom');
    const flow = Flow.from(upTo(10), { stages: 1 }).map(() => {
      throw boom;
    });
    const failure: unknown = await flow.toArray().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EngineError);
    expect(failure).toMatchObject({ code: 'flow_failed', cause: boom });
    expect(String(failure)).toContain('received Error: boom from "map"');
  });
});
