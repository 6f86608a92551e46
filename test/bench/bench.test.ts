import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { measure, quartiles, type MeasureOptions } from './measure.ts';
import { results, table, verdict } from './report.ts';
import type { Contender, Work } from './work.ts';
import { WORKS } from './works/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('npm run bench', () => {
  let output = '';
  let status: number | null = null;

  beforeAll(() => {
    const script = join(ROOT, 'scripts/bench.mjs');
    const run = spawnSync(process.execPath, [script, '--smoke'], { cwd: ROOT, encoding: 'utf8' });
    output = `${run.stdout}${run.stderr}`;
    status = run.status;
  }, 300_000);

  it('--smoke brings every contender of every work to the right result', () => {
    const lines = WORKS.map(({ name, contenders }) => {
      return `${name}: right results of ${contenders.map((contender) => contender.name).join(', ')}`;
    });
    for (const line of lines) expect(output).toContain(line);
    expect(status).toBe(0);
  });

  it('prints when, where and with which versions', () => {
    expect(output).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d · .+ × .+, \d+ GB$/m);
    expect(output).toMatch(/^Node .+ · V8 .+ · @most\/core 1\..+ · effect 4\..+ · rxjs 7\./m);
  });

  it('counts what the hot path allocates: by the batch, not by the event', () => {
    const shares = [...output.matchAll(/the engine's share is (-?\d+) per batch of 500/g)].map((match) =>
      Number(match[1]),
    );
    expect(shares).toHaveLength(2);
    // One small object per event alone would be 500 × 16 bytes.
    for (const share of shares) expect(share).toBeLessThan(6_000);
  });

  it('counts what a flow holds before a slow consumer: what demand allows, however long it is', () => {
    const lines = [...output.matchAll(/maxDemand (\d+): at most (\d+) of .* where demand allows (\d+);/g)];
    expect(lines.map(([, maxDemand]) => Number(maxDemand))).toEqual([10, 100, 1_000]);
    for (const [, maxDemand, most, allowed] of lines) {
      expect(Number(most)).toBeGreaterThanOrEqual(Number(maxDemand));
      expect(Number(most)).toBeLessThanOrEqual(Number(allowed));
    }
  });

  it('refuses what it cannot measure', () => {
    const run = spawnSync(process.execPath, ['scripts/bench.mjs', 'W99'], { cwd: ROOT, encoding: 'utf8' });
    expect(run.stderr).toContain('Cannot measure W99: there are W1, W2, ');
    expect(run.status).toBe(1);
  }, 60_000);
});

describe('measure()', () => {
  it('lets contenders alternate, the order moving on from round to round', async () => {
    const order: string[] = [];
    const work = workOf(['a', 1], ['b', 1], ['c', 1]);
    await measure(work, { ...OPTIONS, collect: () => order.push('collect') });
    expect(order).toHaveLength(9);
    const ran: string[] = [];
    const spied = {
      ...work,
      contenders: work.contenders.map((one) => ({
        ...one,
        run: (events: number) => {
          ran.push(one.name);
          return one.run(events);
        },
      })),
    };
    await measure(spied, OPTIONS);
    expect(ran.slice(-9).join('')).toBe('abcbcacab');
  });

  it('compares with the first contender of the same round and takes the median', async () => {
    const measured = await measure(workOf(['loop', 2], ['slow', 6]), OPTIONS);
    expect(measured.map(({ contender, ratio }) => [contender.name, ratio.median])).toEqual([
      ['loop', 1],
      ['slow', 3],
    ]);
  });

  it('fails when a contender comes to a wrong result', async () => {
    const wrong: Contender = { name: 'wrong', role: 'peer', run: () => 7 };
    const work = { ...workOf(['loop', 1]), contenders: [wrong] };
    await expect(measure(work, OPTIONS)).rejects.toThrow(
      '"wrong" comes to 7 for 1000 events, where 1000 is right',
    );
  });

  it('gives a slow contender fewer events', async () => {
    const [loop, slow] = await measure(workOf(['loop', 1], ['slow', 1_000]), { ...OPTIONS, runMs: 5 });
    expect(loop?.events).toBe(2_000);
    expect(slow?.events).toBe(1_000);
  });
});

describe('the report', () => {
  it('says of each target whether it is reached', async () => {
    const measured = await measure(workOf(['loop', 2], ['engine', 6], ['peer', 4]), OPTIONS);
    const says = (atMost: number, of: string) => verdict({ for: 'engine', atMost, of }, measured);
    expect(says(3, 'loop')).toBe('target: engine ≤ 3.00 × loop: 3.00, reached');
    expect(says(1, 'peer')).toBe('target: engine ≤ 1.00 × peer: 1.50, missed');
    expect(says(1, 'nobody')).toBe('target: engine ≤ 1.00 × nobody: not measured');
  });

  it('holds a line per contender', async () => {
    const work = workOf(['loop', 2], ['peer', 4]);
    const measured = await measure(work, OPTIONS);
    expect(table(work, measured)).toEqual([
      'test · a work',
      '        ns/event  × loop    quartiles  × peer  events',
      '  loop      2000    1.00  1.00 … 1.00    0.50   2,000',
      '  peer      4000    2.00  2.00 … 2.00    1.00   2,000',
    ]);
    expect(results(work, measured)).toBe('test: right results of loop, peer');
  });
});

it('quartiles() takes the middle, and what lies halfway to the ends', () => {
  expect(quartiles([5, 1, 3, 2, 4])).toEqual({ low: 2, median: 3, high: 4 });
  expect(quartiles([1, 2])).toEqual({ low: 1.25, median: 1.5, high: 1.75 });
  expect(quartiles([7])).toEqual({ low: 7, median: 7, high: 7 });
});

/** Time that only contenders spend, in virtual milliseconds. */
let timeMs = 0;

const OPTIONS: MeasureOptions = {
  rounds: 3,
  runMs: 100_000,
  warmUpMs: 0,
  share: 1,
  nowMs: () => timeMs,
  collect: () => undefined,
};

/** A work whose contenders take so many virtual microseconds per event. */
function workOf(...paces: readonly (readonly [name: string, microseconds: number])[]): Work {
  return {
    name: 'test',
    title: 'a work',
    events: 2_000,
    expected: (events) => events,
    contenders: paces.map(([name, microseconds]) => ({
      name,
      role: name === 'peer' ? 'peer' : name === 'loop' ? 'loop' : 'engine',
      run: (events) => {
        timeMs += (events * microseconds) / 1_000;
        return events;
      },
    })),
    targets: [],
  };
}
