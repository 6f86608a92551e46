import { describe, expect, it } from 'vitest';
import {
  consumer,
  pipeline,
  producer,
  runVirtual,
  sleep,
  type EntryOf,
  type Plan,
  type Print,
  type TraceEntry,
  type VirtualRunOptions,
} from 'sluice';

/** Where the programs below print to. */
let print: Print | null = null;
const say = (...values: unknown[]): void => print?.('log', values, () => '3:7');

const runPrinted = (plan: Plan, options: Partial<VirtualRunOptions> = {}) =>
  runVirtual(plan, { seed: 0, onPrint: (next) => void (print = next), ...options });

/** Up to `count` numbers, `work` done for each answer and each number handled. */
function counted(
  count: number,
  work: { readonly answer?: () => Promise<void>; readonly handle?: (n: number) => Promise<void> | void },
): Plan {
  const numbers = producer({
    init: () => 0,
    handleDemand: async (demand, next) => {
      await work.answer?.();
      const events = Array.from({ length: Math.min(demand, count - next) }, (_, i) => next + i);
      return { events, state: next + events.length };
    },
  });
  const printer = consumer({
    handleEvents: async (events: number[]) => {
      for (const n of events) await work.handle?.(n);
    },
  });
  return pipeline(({ start, subscribe }) => {
    const source = start('numbers', numbers);
    subscribe(start('printer', printer), { to: source, maxDemand: 4, minDemand: 2 });
  });
}

const linesIn = (entries: readonly TraceEntry[]): EntryOf<'log'>[] =>
  entries.filter((entry) => entry.type === 'log');

describe('`runVirtual()` with the console', () => {
  it('gives each line to the stage that printed it, also when several wait at once', async () => {
    const plan = counted(40, {
      answer: async () => {
        say('asked');
        await sleep(30);
        say('answered');
        await sleep(1);
        say('answered');
      },
      handle: async (n) => {
        await sleep(10);
        say('printed', n);
        await Promise.resolve();
        say('printed');
      },
    });
    for (const seed of [0, 1, 2, 3]) {
      const { entries } = await runPrinted(plan, { seed });
      const lines = linesIn(entries);
      expect(lines.filter(({ values }) => values[0] === 'printed')).toHaveLength(80);
      for (const { values, stage, cause, place } of lines) {
        expect([values[0], stage]).toEqual([values[0], values[0] === 'printed' ? 'printer' : 'numbers']);
        const begin = entries.find(({ seq }) => seq === cause);
        const callback = stage === 'printer' ? 'handleEvents' : 'handleDemand';
        expect(begin).toMatchObject({ type: 'begin', stage, callback });
        expect(place).toBe('3:7');
      }
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map(({ seq }) => seq).sort((a, b) => a - b));
    }
  });

  it('records the same run as without it, whatever is printed: lines cost no budget', async () => {
    const plan = counted(Infinity, { handle: (n) => say(n, n, n) });
    for (const seed of [0, 5]) {
      const silent = await runVirtual(plan, { seed, entryBudget: 300 });
      const printed = await runPrinted(plan, { seed, entryBudget: 300 });
      expect([silent.ended, printed.ended]).toEqual(['budget', 'budget']);
      expect(linesIn(silent.entries)).toEqual([]);
      expect(linesIn(printed.entries).length).toBeGreaterThan(20);
      expect(unnumbered(printed.entries)).toEqual(unnumbered(silent.entries));
    }
  });

  it('keeps 1,000 lines and counts the rest in one warning', async () => {
    const plan = counted(5, {
      handle: () => {
        for (let line = 0; line < 300; line++) say(line);
      },
    });
    const { entries, ended } = await runPrinted(plan, { entryBudget: 30 });
    expect(ended).toBe('idle');
    expect(linesIn(entries)).toHaveLength(1_000);
    expect(entries.filter(({ type }) => type === 'warning')).toMatchObject([
      { code: 'console_flood', stage: 'printer', count: 500 },
    ]);
    expect(print).toBeNull();
  });
});

/** Without lines, and without numbers, which lines take part in. */
function unnumbered(entries: readonly TraceEntry[]): unknown[] {
  const rest = entries.filter(({ type }) => type !== 'log');
  const place = new Map(rest.map(({ seq }, i) => [seq, i]));
  return rest.map((entry, i) => ({
    ...entry,
    seq: i,
    cause: entry.cause === null ? null : place.get(entry.cause),
  }));
}
