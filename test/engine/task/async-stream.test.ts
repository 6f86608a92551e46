import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Task, consumer, pipeline, producer, runVirtual, sleep, type TraceEntry } from 'sluice';

/** Runs the body once, as the callback of a stage, in virtual time. */
async function inCallback(body: () => Promise<void>, seed = 0) {
  const run = await runVirtual(
    pipeline(({ start, subscribe }) => {
      const source = start(
        'source',
        producer({
          init: () => false,
          handleDemand: (_, sent: boolean) => ({ events: sent ? [] : ['go'], state: true }),
        }),
      );
      subscribe(start('stage', consumer({ handleEvents: () => body() })), { to: source });
    }),
    { seed },
  );
  return run;
}

function crashOf(entries: readonly TraceEntry[]) {
  return entries.flatMap((entry) => (entry.type === 'crash' ? [entry.error] : []))[0];
}

describe('Task.asyncStream()', () => {
  it('gives what map gives, in order, with each item once and never more at a time than maxConcurrency', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(50), { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 1_000 }),
        async (waits, maxConcurrency, seed) => {
          let running = 0;
          let most = 0;
          const seen: number[] = [];
          const results: number[] = [];
          const run = await inCallback(async () => {
            const slow = async (i: number) => {
              seen.push(i);
              most = Math.max(most, ++running);
              await sleep(waits[i] ?? 0);
              running--;
              return i * 2;
            };
            for await (const result of Task.asyncStream(waits.keys(), slow, { maxConcurrency })) {
              if ('ok' in result) results.push(result.ok);
            }
          }, seed);
          expect(crashOf(run.entries)).toBeUndefined();
          expect(results).toEqual(waits.map((_, i) => i * 2));
          expect([...seen].sort((a, b) => a - b)).toEqual([...waits.keys()]);
          expect(most).toBe(Math.min(maxConcurrency, waits.length));
        },
      ),
      { numRuns: 60 },
    );
  });
});
