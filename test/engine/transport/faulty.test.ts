import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../engine/time/random.ts';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';
import { faultyNetwork } from '../../../engine/transport/faulty.ts';
import { eventsEnvelope, transportLaws } from './transport-laws.ts';

function network(seed: number) {
  const scheduler = new VirtualScheduler();
  const made = faultyNetwork({ scheduler, random: seededRandom(seed), maxDelayMs: 50 });
  const settle = (): Promise<void> => {
    while (scheduler.advance());
    return Promise.resolve();
  };
  return { ...made, settle };
}

describe.each([1, 2, 3])('faultyNetwork() with seed %i', (seed) => {
  transportLaws(() => {
    const { line, settle } = network(seed);
    const [a, b] = line(0, 1);
    return { a, b, settle };
  });
});

describe('faultyNetwork()', () => {
  const arrivals = async (seed: number): Promise<string[]> => {
    const { line, settle } = network(seed);
    const got: string[] = [];
    const lines = [line(0, 1), line(0, 2), line(0, 3)];
    lines.forEach(([, end], i) => end.receive(([envelope]) => got.push(`${i}: ${envelope?.from}`)));
    for (let sent = 0; sent < 20; sent += 1) {
      for (const [end] of lines) end.send([eventsEnvelope(`${sent}`, [])]);
    }
    await settle();
    return got;
  };

  it('lets batches of different lines overtake each other, and never those of one', async () => {
    const got = await arrivals(1);
    expect(got).toHaveLength(60);
    for (const line of ['0', '1', '2']) {
      const own = got.filter((each) => each.startsWith(line)).map((each) => Number(each.split(': ')[1]));
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
    const sent = got.map((each) => Number(each.split(': ')[1]));
    expect(sent).not.toEqual([...sent].sort((a, b) => a - b));
  });

  it('does the same again with the same seed, and something else with another', async () => {
    expect(await arrivals(1)).toEqual(await arrivals(1));
    expect(await arrivals(2)).not.toEqual(await arrivals(1));
  });

  it('carries nothing to and from a worker that was dropped, not even what is on its way', async () => {
    const { line, drop, settle } = network(1);
    const [[a, b], [c, d]] = [line(0, 1), line(0, 2)];
    const got: string[] = [];
    for (const [name, end] of Object.entries({ a, b, c, d })) end.receive(() => got.push(name));
    for (const end of [a, b, c, d]) end.send([eventsEnvelope('numbers', [1])]);
    drop(1);
    for (const end of [a, b, c, d]) end.send([eventsEnvelope('numbers', [2])]);
    await settle();
    expect(got.sort()).toEqual(['c', 'c', 'd', 'd']);
  });
});
