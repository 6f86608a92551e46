import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeRecording } from 'sluice';
import { folderOf, sluice, type Outcome } from './sluice.ts';

const NUMBERS = `import { producer } from 'sluice';

/** Numbers from 0 to last - 1. */
export const numbers = producer({
  init: (last: number) => ({ next: 0, last }),
  handleDemand: (demand, { next, last }) => {
    const count = Math.max(0, Math.min(demand, last - next));
    return { events: Array.from({ length: count }, (_, i) => next + i), state: { next: next + count, last } };
  },
});
`;

/** A program whose printer does \`each\` with every number that comes through. */
const program = (
  each: string,
  last = 1_000,
): string => `import { consumer, pipeline, producerConsumer } from 'sluice';
import { numbers } from './lib/numbers';

const evens = producerConsumer({ handleEvents: (all: number[]) => ({ events: all.filter((n) => n % 2 === 0) }) });
const printer = consumer({
  handleEvents: (events: number[]) => {
    for (const n of events) {
      ${each}
    }
  },
});
console.log('loaded');
export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers, ${last});
  const filter = start('evens', evens);
  subscribe(filter, { to: source });
  subscribe(start('printer', printer), { to: filter });
});
`;

const ENDLESS = program('console.log(n, { list: [n] });', 1e9);

const folder = folderOf({
  'lib/numbers.ts': NUMBERS,
  'pipeline.ts': program('console.log(n, { list: [n] });'),
  'crash.ts': program("if (n === 40) throw new Error('forty');"),
  'hang.ts': program('while (n === 40) void n;'),
  'endless.ts': ENDLESS,
  'stuck.ts': program("console.log('in');\n      for (;;);").replace("console.log('loaded');\n", ''),
  'rejects.ts': `${program('void n;', 10)}\nvoid Promise.reject(new Error('nobody awaits me'));\n`,
  'typo.ts': program('void n;').replace('./lib/numbers', './lib/nubmers'),
  'none.ts': 'export const pipeline = 1;\n',
  'noise.jsonl': 'not a recording\n',
  'flights.ts': `import { consumer, fromIterable, pipeline } from 'sluice';
import { flights } from 'sluice/data';

const counter = consumer({ handleEvents: (events: unknown[]) => console.log('counted', events.length) });
export default pipeline(({ start, subscribe }) => {
  subscribe(start('counter', counter), { to: start('flights', fromIterable(flights.slice(0, 300))) });
});
`,
});

const recordingIn = (file: string) => decodeRecording(readFileSync(join(folder, file), 'utf8'));

describe('sluice run', () => {
  let whole: Outcome;
  // The first call bundles the command.
  beforeAll(async () => {
    whole = await sluice(folder, [
      ...['run', 'pipeline.ts', '--workers', '3', '--seed', '7'],
      ...['--trace', 'out.jsonl', '--progress'],
    ]);
  }, 120_000);

  it('prints every line of the program, whole and in order, and nothing else to stdout', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `${2 * i} { list: [ ${2 * i} ] }`);
    expect(whole.out.trimEnd().split('\n')).toEqual(['loaded', ...lines]);
    expect(whole.code).toBe(0);
  });

  it('tells what the run came to on stderr', () => {
    expect(whole.err).toMatch(
      /pipeline\.ts: nothing is left to do, after .* on 3 workers \(.*\), with seed 7/,
    );
    expect(whole.err).toMatch(/printer +3 +500 +0 +waiting/);
  });

  it('records everything for who reads it later', () => {
    const { plan, seed, workers, entries, tail, program: recorded, placement } = recordingIn('out.jsonl');
    expect(plan.stages.map(({ id }) => id)).toEqual(['numbers', 'evens', 'printer']);
    expect({ seed, workers, placement }).toEqual({
      seed: 7,
      workers: 3,
      placement: { numbers: 0, evens: 1, printer: 2 },
    });
    expect(recorded?.files['lib/numbers.ts']).toBe(NUMBERS);
    expect(tail).toMatchObject({ end: { type: 'idle' }, dropped: 0 });
    expect(tail?.output.map(({ values }) => values)).toEqual([['loaded']]);
    const handled = entries.flatMap((entry) =>
      entry.type === 'end' && entry.callback === 'handleEvents' && entry.stage === 'evens'
        ? [entry.count]
        : [],
    );
    expect(handled.reduce((sum, count) => sum + count, 0)).toBe(500);
  });

  it('ends with 1 and shows the line when a stage crashes', async () => {
    const { code, err } = await sluice(folder, ['run', 'crash.ts', '--trace', 'crash.jsonl']);
    expect(code).toBe(1);
    expect(err).toContain('crash.ts:8:27: error: handleEvents of "printer" threw Error: forty');
    expect(err).toMatch(/> +8 \| +if \(n === 40\) throw new Error\('forty'\);/);
    expect(err).toMatch(/hint: The stage ended there/);
    expect(readFileSync(join(folder, 'crash.jsonl'), 'utf8')).not.toContain('/tmp');
  });

  it('ends with 1 and names stage and line when a callback never returns', async () => {
    const { code, err } = await sluice(folder, ['run', 'hang.ts']);
    expect(code).toBe(1);
    expect(err).toMatch(/hang\.ts:8:7: error: .*no answer from handleEvents of "printer"/);
  });

  it('ends with 1 when a promise is rejected that nobody awaits', async () => {
    const { code, err } = await sluice(folder, ['run', 'rejects.ts', '--timeout', '1']);
    expect(code).toBe(1);
    expect(err).toMatch(
      /rejects\.ts:\d+:\d+: error: Outside every callback, the program threw Error: nobody awaits me/,
    );
  });

  it('ends with 2 where a program cannot be compiled or found, with 1 where it is no pipeline', async () => {
    const [typo, missing, own, none] = await Promise.all(
      ['typo.ts', 'nope.ts', 'lib', 'none.ts'].map((file) => sluice(folder, ['run', file])),
    );
    expect(typo).toMatchObject({ code: 2, out: '' });
    expect(typo?.err).toMatch(/typo\.ts:2:25: error: Cannot import "\.\/lib\/nubmers".*/);
    expect(typo?.err).toContain('Did you mean "./lib/numbers.ts"?');
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('there is no such file') });
    expect(own).toMatchObject({ code: 2, err: expect.stringContaining('received a folder') });
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('must be a pipeline or a flow') });
  }, 60_000);

  it('gives programs the data sets', async () => {
    const { code, out } = await sluice(folder, ['run', 'flights.ts']);
    expect(code).toBe(0);
    const counts = [...out.matchAll(/counted (\d+)/g)].map(([, count]) => Number(count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(300);
  });

  it('stops in order at Ctrl-C, and closes the recording', async () => {
    const { code, err } = await sluice(folder, ['run', 'endless.ts', '--trace', 'int.jsonl'], (command) =>
      command.kill('SIGINT'),
    );
    expect(code).toBe(0);
    expect(err).toContain('endless.ts: stopped');
    expect(recordingIn('int.jsonl').tail?.end).toEqual({ type: 'stopped' });
  });

  it('ends at once at a second Ctrl-C, whatever a stage does', async () => {
    const { code, out } = await sluice(folder, ['run', 'stuck.ts'], (command) => {
      command.kill('SIGINT');
      setTimeout(() => command.kill('SIGINT'), 100);
    });
    expect({ code, out }).toEqual({ code: 130, out: 'in\n' });
  });

  it('ends quietly when nobody reads what it prints any more', async () => {
    const { code, err } = await sluice(folder, ['run', 'endless.ts'], (command) => command.stdout?.destroy());
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
}, 60_000);

describe('sluice replay', () => {
  it('tells the plan, what each stage did, where it stands and what went wrong', async () => {
    await sluice(folder, ['run', 'crash.ts', '--workers', '2', '--seed', '1', '--trace', 'replayed.jsonl']);
    const [all, one, steps, start] = await Promise.all([
      sluice(folder, ['replay', 'replayed.jsonl']),
      sluice(folder, ['replay', 'replayed.jsonl', '--stage', 'evens']),
      sluice(folder, ['replay', 'replayed.jsonl', '--step', '--stage', 'printer']),
      sluice(folder, ['replay', 'replayed.jsonl', '--at', '0']),
    ]);
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/^crash\.ts, recorded in replayed\.jsonl: 3 stages on 2 workers, with seed 1;/);
    expect(all.out).toContain('after a stage had crashed');
    expect(all.out).toMatch(
      /evens +producer-consumer, worker \d, subscribes to numbers \(at most 1,000 pending/,
    );
    expect(all.out).toMatch(/printer: crashed, 0 handled/);
    expect(all.out).toContain('crash.ts:8:27: error: handleEvents of "printer" threw Error: forty');
    expect(one.out).not.toMatch(/^ {2}(printer|numbers): /m);
    expect(one.out).toMatch(/evens: waiting, 1,000 handled, 500 emitted/);
    expect(steps.out).toMatch(/worker \d {2}printer subscribed to evens: at most 1,000 pending/);
    expect(steps.out).toMatch(/printer crashed in handleEvents: forty/);
    expect(start.out).toMatch(/Before the first entry\n {2}numbers: not started yet/);
  });

  it('opens what was cut off, and refuses what is no recording', async () => {
    const text = readFileSync(join(folder, 'out.jsonl'), 'utf8');
    const cut = folderOf({ 'cut.jsonl': text.slice(0, text.length / 2) });
    const [opened, noise, missing, stage] = await Promise.all([
      sluice(cut, ['replay', 'cut.jsonl']),
      sluice(folder, ['replay', 'noise.jsonl']),
      sluice(folder, ['replay', 'nope.jsonl']),
      sluice(cut, ['replay', 'cut.jsonl', '--stage', 'evns']),
    ]);
    expect(opened).toMatchObject({ code: 0, out: expect.stringContaining('The file was cut off') });
    expect(noise).toMatchObject({ code: 2, err: expect.stringContaining('received "not a recording"') });
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('there is no such file') });
    expect(stage).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "evens"?') });
  });
}, 60_000);
