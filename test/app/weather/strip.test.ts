import { consumer, fromInterval, pipeline, producer, readWeather, runVirtual, type Weather } from 'sluice';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSeed } from '../../../app/lib/weather/seed.ts';
import { decodeStorm, encodeStorm } from '../../../app/lib/weather/strip-text.ts';
import {
  burstsInVain,
  leftOutText,
  moved,
  newBlock,
  ofKind,
  resized,
  splitKnown,
  strengthened,
  stripLengthMs,
  stripRows,
} from '../../../app/lib/weather/strip.ts';

const stage = fc.oneof(
  fc.constantFrom('save', 'a:b;c', 'ü – %', 'seed'),
  fc.string({ minLength: 1, unit: 'grapheme' }),
);
const span = fc
  .tuple(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 1, max: 50_000 }))
  .map(([fromMs, lastsMs]) => ({ fromMs, toMs: fromMs + lastsMs }));
const block = fc.oneof(
  fc.tuple(stage, span, fc.double({ min: 0.01, max: 1_000, noNaN: true })).map(([stage, span, times]) => ({
    kind: 'burst' as const,
    stage,
    ...span,
    times,
  })),
  fc.tuple(stage, span).map(([stage, span]) => ({ kind: 'pause' as const, stage, ...span })),
  fc.tuple(stage, span, fc.integer({ min: 0, max: 60_000 })).map(([stage, span, byMs]) => ({
    kind: 'slow' as const,
    stage,
    ...span,
    byMs,
  })),
  fc.tuple(stage, fc.integer({ min: 0, max: 50_000 })).map(([stage, atMs]) => ({
    kind: 'crash' as const,
    stage,
    atMs,
  })),
);

describe('encodeStorm()', () => {
  it('gives a text that decodeStorm() reads back, whatever stages are called', () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 0, max: 4_294_967_295 })),
        fc.array(block, { minLength: 1, maxLength: 8 }),
        (seed, weather) => {
          expect(decodeStorm(encodeStorm({ seed, weather }))).toEqual({ ok: true, storm: { seed, weather } });
        },
      ),
    );
  });

  it.each([
    ['', 'There is nothing in it'],
    ['rain:save:0-5', 'weather[0].kind must be one of burst, pause, slow, crash'],
    ['slow:save:500-100:5', 'weather[0].toMs must be later than fromMs (500): received 100'],
    ['pause:save:0-5;crash:save:soon', 'weather[1].atMs must be a number from 0 to'],
    ['seed:-1', 'A seed is a whole number from 0 to 4,294,967,295: not “-1”.'],
  ])('decodeStorm(%j) says what is wrong', (text, words) => {
    const read = decodeStorm(text);
    expect(read.ok ? '' : read.message).toContain(words);
  });
});

describe('readSeed()', () => {
  it.each(['12', ' 4,294,967,295 ', '0'])('reads %j', (text) => {
    expect(readSeed(text).ok).toBe(true);
  });
  it.each(['', 'abc', '1.5', '-3', '4294967296', '12345678901'])('refuses %j with words', (text) => {
    const read = readSeed(text);
    expect(read.ok ? '' : read.message).toContain('A seed is a whole number from 0 to 4,294,967,295');
  });
});

describe('blocks', () => {
  it('stay what the engine takes, however they are moved, resized and changed', () => {
    fc.assert(
      fc.property(block, fc.integer({ min: -9_999_999, max: 9_999_999 }), (own, ms) => {
        const changed: Weather = [
          moved(own, ms),
          resized(own, 'from', ms),
          resized(own, 'to', ms),
          strengthened(own, ms),
          ...(['burst', 'pause', 'slow', 'crash'] as const).map((kind) => ofKind(own, kind)),
          newBlock('slow', own.stage, ms),
        ];
        expect(readWeather(changed)).toEqual(changed);
      }),
    );
  });

  it('keep their length when they are moved, and go by tens of ms', () => {
    const pause = newBlock('pause', 'save', 203);
    expect(pause).toEqual({ kind: 'pause', stage: 'save', fromMs: 200, toMs: 700 });
    expect(moved(pause, 77)).toMatchObject({ fromMs: 280, toMs: 780 });
    expect(moved(pause, -9_000)).toMatchObject({ fromMs: 0, toMs: 500 });
    expect(resized(pause, 'from', 900)).toMatchObject({ fromMs: 690, toMs: 700 });
  });

  it('of stages that a program does not have are kept apart and named', () => {
    const weather = [newBlock('pause', 'save', 0), newBlock('crash', 'old', 0)];
    expect(splitKnown(weather, ['save'])).toEqual({ known: [weather[0]], unknown: [weather[1]] });
    expect(leftOutText(weather, ['save'])).toBe(
      'This program has no stage called old. Its blocks are kept here and left out of the run.',
    );
    expect(leftOutText(weather, ['save', 'old'])).toBeNull();
  });

  it('that overlap are on lines of their own, in the row of their stage', () => {
    const slow = newBlock('slow', 'save', 500);
    const weather = [slow, newBlock('pause', 'save', 700), moved(slow, 1_000), newBlock('crash', 'old', 0)];
    expect(stripRows(weather, ['read', 'save'], 100)).toEqual([
      { stage: 'read', blocks: [], lines: 1 },
      {
        stage: 'save',
        blocks: [
          { index: 0, line: 0 },
          { index: 1, line: 1 },
          { index: 2, line: 0 },
        ],
        lines: 2,
      },
      { stage: 'old', blocks: [{ index: 3, line: 0 }], lines: 1 },
    ]);
  });

  it('have room on the strip, and the run has when it is not much longer', () => {
    expect(stripLengthMs([], 0)).toBe(2_000);
    expect(stripLengthMs([newBlock('pause', 'save', 4_000)], 300)).toBe(5_000);
    expect(stripLengthMs([], 8_000)).toBe(10_000);
    expect(stripLengthMs([], 9_000_000)).toBe(10_000);
  });
});

describe('burstsInVain()', () => {
  it('names a stage whose timers a burst could not hurry, as it has none', async () => {
    const plan = pipeline(({ start, subscribe }) => {
      const ticks = start('ticks', fromInterval(10, { take: 20, bufferSize: 50 }));
      const numbers = start('numbers', producer({ handleDemand: () => ({ events: [1] }) }));
      const save = start('save', consumer({ handleEvents: () => undefined }));
      subscribe(save, { to: ticks, cancel: 'transient' });
      subscribe(save, { to: numbers, maxDemand: 1, minDemand: 0 });
    });
    const weather: Weather = [
      { kind: 'burst', stage: 'ticks', fromMs: 0, toMs: 100, times: 4 },
      { kind: 'burst', stage: 'numbers', fromMs: 0, toMs: 100, times: 4 },
    ];
    const { entries } = await runVirtual(plan, { seed: 0, weather, entryBudget: 2_000 });
    expect(burstsInVain(weather, entries)).toContain('numbers');
  });
});
