import { describe, expect, it, vi } from 'vitest';
import type { NodePlatform } from '../../../engine/platform/node.ts';
import { nodePlatform, startOnThreads } from '../../support/node-runner.ts';

/** Starting threads takes seconds where eight of them share two processors. */
const LONG = { timeout: 120_000 };

/** A pair of stages; `before` runs when the program is loaded, `inside` with each event. */
const pair = (before = '', inside = '') => `import { consumer, pipeline, producer } from 'sluice';
${before}
const numbers = producer({
  init: () => 0,
  handleDemand: (demand: number, next: number) => {
    const count = Math.min(demand, 20 - next);
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});
const sink = consumer({
  handleEvents: (events: number[]) => {
    ${inside}
  },
});
export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  subscribe(start('sink', sink), { to: source, maxDemand: 10 });
});`;

/** Runs a program to its end, and waits until its threads wait again or are ended. */
async function runOn(platform: NodePlatform, seed = 1) {
  const run = startOnThreads(platform, { workers: 2, seed });
  await run.done;
  await vi.waitUntil(() => platform.idle === platform.alive, LONG);
  return run.now;
}

const printed = ({ entries }: Awaited<ReturnType<typeof runOn>>): unknown[] =>
  entries.flatMap((entry) => (entry.type === 'log' ? entry.values : []));

describe('threads of a platform', LONG, () => {
  it('serve the next run when a program has left nothing behind', async () => {
    const platform = await nodePlatform(pair('', 'console.log(Math.random(), events.length);'));
    const first = await runOn(platform);
    const threads = new Set(platform.threadIds);
    expect(platform.idle).toBe(2);
    const second = await runOn(platform);
    expect(new Set(platform.threadIds)).toEqual(threads);
    expect(second.end).toEqual({ type: 'idle' });
    // The same seed: the same numbers, whatever ran there before.
    expect(printed(second)).toEqual(printed(first));
    platform.close();
    await vi.waitUntil(() => platform.alive === 0, LONG);
  });

  it('begin anew with every variable of the program', async () => {
    const platform = await nodePlatform(
      pair("let runs = 0; console.count('loaded');", "runs += 1; console.log('handled', runs);"),
    );
    const first = await runOn(platform);
    const second = await runOn(platform);
    expect(platform.idle).toBe(2);
    expect(printed(second)).toEqual(printed(first));
    expect(second.output.map(({ values }) => values)).toEqual([['loaded: 1']]);
    platform.close();
  });

  it.each([
    ['a timer', 'setTimeout(() => undefined, 60_000);'],
    ['a timer that comes again', 'setInterval(() => undefined, 10_000);'],
    ['one who waits', "void (async () => { await sleep(60_000); console.log('late'); })();", 'sleep'],
    ['a global', 'Reflect.set(globalThis, "leftByMe", 1);'],
    ['a method of all arrays', 'Reflect.set(Array.prototype, "first", () => 1);'],
    ['another sort of all arrays', 'Array.prototype.sort = function () { return this; };'],
    ['another console', 'console.log = () => undefined;'],
    ['a channel', "new BroadcastChannel('mine').onmessage = () => undefined;"],
    ['a listener', "process.on('warning', () => undefined);"],
    ['what waits for the garbage collector', 'new FinalizationRegistry(() => undefined).register({}, 1);'],
    [
      'a heap',
      'const kept = new Array(8_000_000).fill(0.5).map((n, i) => n + i); export const first = kept[0];',
    ],
  ])('are ended after a program that leaves %s', async (_what, before, imported = '') => {
    const source = pair(before).replace('producer }', imported ? `producer, ${imported} }` : 'producer }');
    const platform = await nodePlatform(source);
    const { end } = await runOn(platform);
    expect(end).toEqual({ type: 'idle' });
    expect([platform.idle, platform.alive]).toEqual([0, 0]);
  });

  it('are ended when the run is stopped or fails', async () => {
    const platform = await nodePlatform(pair('', "throw new Error('no');"));
    expect((await runOn(platform)).end).toEqual({ type: 'crashed' });
    expect(platform.alive).toBe(0);
  });

  it('do not keep what settles late: the next run hears nothing of it', async () => {
    // Every run has random numbers of its own, by its seed: they tell whose line it is.
    const platform = await nodePlatform(
      pair(
        'let own: number | undefined;',
        `own ??= Math.random();
        void (async () => { for (let i = 0; i < 500; i += 1) await null; console.log(own); })();
        setTimeout(() => console.log(own), 5);
        setTimeout(() => console.log(own), 60);`,
      ),
    );
    let before: unknown;
    for (let seed = 1; seed <= 6; seed += 1) {
      const lines = printed(await runOn(platform, seed));
      expect(new Set(lines).size, `of run ${seed}`).toBe(1);
      expect(lines).not.toContain(before);
      before = lines[0];
    }
    platform.close();
  });

  it('stay as many, and their heap within bounds, in a hundred runs', async () => {
    const platform = await nodePlatform(pair('', 'console.log(events.length);'));
    const heap: number[] = [];
    const seen = new Set<number>();
    for (let run = 0; run < 100; run += 1) {
      await runOn(platform);
      // None when both have served their time.
      expect([0, 2]).toContain(platform.alive);
      for (const id of platform.threadIds) seen.add(id);
      if (run % 20 === 19) heap.push(process.memoryUsage().rss);
    }
    // Each serves twenty runs, and then another takes its place.
    expect(seen.size).toBeLessThanOrEqual(12);
    const [first = 0, last = 0] = [heap[0], heap.at(-1)];
    // All threads of this process together; a thread that was not ended would be about 10 MB, 100 of them a gigabyte.
    expect(last - first).toBeLessThan(200 * 1024 * 1024);
    platform.close();
    await vi.waitUntil(() => platform.alive === 0, LONG);
  });
});
