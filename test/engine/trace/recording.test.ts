import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTrace } from '../../../engine/trace/trace-lines.ts';
import { encodeHead, encodeRecording, encodeTail } from '../../../engine/trace/recording.ts';
import { inOrder } from '../../../engine/trace/in-order.ts';
import type { Recording } from '../../../engine/trace/recording.ts';
import { decodeRecording, RecordingReader } from '../../../engine/trace/recording-reader.ts';
import { OLDEST_TRACE_VERSION, TRACE_VERSION, type TraceEntry } from '../../../engine/trace/trace-entry.ts';
import { entriesOf, traces } from './entries.ts';

const STAGE = { dispatcher: null, bufferSize: null } as const;
const LINK = { maxDemand: 10, minDemand: 5, cancel: 'permanent' } as const;

const RECORDING: Recording = {
  plan: {
    stages: [
      { ...STAGE, id: 'numbers', kind: 'producer', dispatcher: 'demand', bufferSize: 10_000 },
      { ...STAGE, id: 'printer', kind: 'consumer' },
    ],
    subscriptions: [{ ...LINK, id: 'printer←numbers', consumer: 'printer', producer: 'numbers' }],
  },
  seed: 7,
  weather: [
    { kind: 'slow', stage: 'a', fromMs: 5, toMs: 9, byMs: 2 },
    { kind: 'crash', stage: 'a', atMs: 7 },
  ],
  workers: 2,
  placement: { numbers: 0, printer: 1 },
  program: { entry: 'start.ts', files: { 'start.ts': 'export default 1;\n' }, map: '{}' },
  entries: entriesOf(
    { type: 'start', stage: 'numbers', kind: 'producer', state: 0 },
    { type: 'ask', stage: 'printer', subscription: 'printer←numbers', count: 10, pending: 10 },
  ),
  tail: {
    end: { type: 'idle' },
    elapsedMs: 12.5,
    dropped: 0,
    output: [{ worker: 0, atMs: 0, level: 'log', values: ['hello', 1], place: '3:1' }],
    uncaught: [{ name: 'Error', message: 'late' }],
  },
};

const TEXT = encodeRecording(RECORDING);

/** As versions before 5 wrote it: a line per entry. */
const OLD = [
  encodeHead(RECORDING),
  ...RECORDING.entries.map((entry) => `${JSON.stringify(entry)}\n`),
  RECORDING.tail && encodeTail(RECORDING.tail),
].join('');

describe('decodeRecording()', () => {
  it('gives back what encodeRecording() was given', () => {
    expect(decodeRecording(TEXT)).toEqual(RECORDING);
    fc.assert(
      fc.property(traces({ maxLength: 30 }), (entries) => {
        expect(decodeRecording(encodeRecording({ ...RECORDING, entries })).entries).toEqual(entries);
      }),
    );
  });

  it('puts entries of several workers in order', () => {
    const entries = RECORDING.entries.toReversed();
    expect(decodeRecording(encodeRecording({ ...RECORDING, entries })).entries).toEqual(RECORDING.entries);
  });

  it('tells why a run has failed, and that it was saved before its end', () => {
    const error = { name: 'EngineError', message: 'hangs', code: 'worker_hangs' };
    const failed = { type: 'failed', phase: 'watchdog', error, stage: 'numbers', worker: 0 } as const;
    for (const end of [failed, { type: 'unfinished' }] as const) {
      const recording: Recording = {
        ...RECORDING,
        tail: { elapsedMs: 1, dropped: 3, output: [], uncaught: [], end },
      };
      expect(decodeRecording(encodeRecording(recording))).toEqual(recording);
    }
  });

  it('keeps what was marked, in the order of the run, and the compiled program', () => {
    const bookmarks = [
      { seq: 1, note: 'it begins' },
      { seq: 2, note: '' },
    ];
    const { tail, program } = RECORDING;
    const recording: Recording = {
      ...RECORDING,
      ...(program && { program: { ...program, code: 'export default 1;' } }),
      tail: tail && { ...tail, bookmarks },
    };
    expect(decodeRecording(encodeRecording(recording))).toEqual(recording);
    const turned = { ...recording, tail: tail && { ...tail, bookmarks: bookmarks.toReversed() } };
    expect(decodeRecording(encodeRecording(turned))).toEqual(recording);
    const long = { ...recording, tail: tail && { ...tail, bookmarks: [{ seq: 1, note: 'x'.repeat(201) }] } };
    expect(() => decodeRecording(encodeRecording(long))).toThrow(/more than 200 characters/);
    const many = Array.from({ length: 1_001 }, (_, seq) => ({ seq, note: '' }));
    expect(() =>
      decodeRecording(encodeRecording({ ...recording, tail: tail && { ...tail, bookmarks: many } })),
    ).toThrow(/more than 1000 bookmarks/);
  });

  it('opens a file up to where it was cut off, wherever that is behind the first line', () => {
    const headLength = encodeHead(RECORDING).length;
    for (const text of [TEXT, OLD]) {
      fc.assert(
        fc.property(fc.integer({ min: headLength, max: text.length - 2 }), (length) => {
          const { entries, tail } = decodeRecording(text.slice(0, length));
          expect(tail).toBeNull();
          expect(entries).toEqual(RECORDING.entries.slice(0, entries.length));
        }),
      );
      expect(decodeRecording(text.slice(0, -1))).toEqual(RECORDING);
    }
  });

  it.each([
    ['a field of the wrong type', '"count":10', '"count":"10"', /line 3 is not, .*count must be a number/],
    [
      'a place in the plan',
      '"kind":"consumer"',
      '"kind":"robot"',
      /line 1 is not, .*stages\[1\]\.kind must be one of/,
    ],
    [
      'a subscription of nobody',
      '"producer":"numbers"',
      '"producer":"n"',
      /line 1 is not, .*"n", which is no stage/,
    ],
    [
      'a stage that is there twice',
      '"id":"printer"',
      '"id":"numbers"',
      /line 1 is not, .*two stages "numbers"/,
    ],
    ['a strip that is none', '"atMs":7', '"atMs":-7', /line 1 is not, .*weather\[1\]\.atMs must be a number/],
    ['a number that is none', '"seed":7', '"seed":1e999', /line 1 is not, .*seed must be a finite number/],
    [
      'a worker that cannot be',
      '"workers":2',
      '"workers":-1',
      /line 1 is not, .*workers must be a whole number/,
    ],
    ['a cut line in the middle', '"state":0}', '"sta', /line 2 is not, .*JSON/],
    [
      'a name that every object has',
      '"stage":"printer"',
      '"stage":"__proto__"',
      /line 3 is not, .*"__proto__"/,
    ],
    ['an end that is none', '"type":"idle"', '"type":"well"', /line 4 is not, .*type must be one of idle/],
    ['a position that is none', '"seq":2', '"seq":0.5', /line 3 is not, .*seq must be a whole number/],
  ])('names the line and what is wrong with %s', (_, whole, broken, message) => {
    expect(OLD).toContain(whole);
    expect(() => decodeRecording(OLD.replace(whole, broken))).toThrow(message);
  });

  it('refuses lines behind the last one', () => {
    expect(() => decodeRecording(`${TEXT}{"seq":3}\n`)).toThrow(
      /line 4 is not, the recording has ended before it/,
    );
  });

  it('refuses what is nested too deeply, however deep', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    for (const text of [TEXT, OLD]) {
      expect(() => decodeRecording(text.replace('"state":0', `"state":${deep}`))).toThrow(
        /line 2 is not, it has more/,
      );
    }
  });

  it('says what is no recording at all', () => {
    expect(() => decodeRecording('')).toThrow('received an empty file');
    expect(() => decodeRecording('export default 1;\n')).toThrow('received "export default 1;"');
    expect(() => decodeRecording('{"name":"sluice"}')).toThrow('received another kind of JSON');
    expect(() => decodeRecording(TEXT.slice(0, 40))).toThrow(
      'first line must say what it is: received the beginning of that line, as the file was cut off in it',
    );
    expect(() => decodeRecording('PK\u0003\u0004 zipped\n')).toThrow('received something that is no text');
    expect(() => decodeRecording(encodeTrace(RECORDING.entries))).toThrow(/must hold the plan of the run/);
  });

  it('reads the versions before, and refuses older and newer ones', () => {
    const other = (version: number) => OLD.replace(`"trace":${TRACE_VERSION}`, `"trace":${version}`);
    for (let version = OLDEST_TRACE_VERSION; version <= TRACE_VERSION; version += 1) {
      expect(decodeRecording(other(version))).toEqual(RECORDING);
    }
    for (const version of [OLDEST_TRACE_VERSION - 1, TRACE_VERSION - 0.5, TRACE_VERSION + 1]) {
      expect(() => decodeRecording(other(version))).toThrow(
        `must be of version ${OLDEST_TRACE_VERSION} to ${TRACE_VERSION}: received ${version}`,
      );
    }
  });

  it('reads no more than it may', () => {
    for (const text of [TEXT, OLD]) {
      expect(() => decodeRecording(text, { maxEntries: 1 })).toThrow('may have at most 1 entries');
    }
    expect(decodeRecording(TEXT, { maxEntries: 2 }).entries).toHaveLength(2);
    expect(() => decodeRecording(TEXT, { maxStages: 1 })).toThrow('at most 1 stages and subscriptions');
  });
});

describe('inOrder()', () => {
  it('puts entries in order of seq, from any number of workers, in turns or out of all order', () => {
    const some = fc.array(
      fc.record({ seq: fc.nat({ max: 60 }), worker: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 40 })) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(some, fc.boolean(), (places, inTurns) => {
        const [entry] = RECORDING.entries;
        if (!entry) throw new Error('there is none');
        const turns = inTurns ? places.toSorted((a, b) => a.seq - b.seq) : places;
        const all = turns.map((place) => ({ ...entry, ...place }));
        const byWorker = all.toSorted((a, b) => a.worker - b.worker);
        for (const entries of [all, byWorker]) {
          const ordered = inOrder(entries);
          expect(ordered).toHaveLength(entries.length);
          expect(new Set(ordered)).toEqual(new Set(entries));
          expect(ordered.map(({ seq }) => seq)).toEqual(
            entries.map(({ seq }) => seq).toSorted((a, b) => a - b),
          );
        }
      }),
    );
  });
});

describe('RecordingReader', () => {
  it('reads the same in pieces of any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (length) => {
        const entries: TraceEntry[] = [];
        const reader = new RecordingReader((entry) => entries.push(entry));
        for (let at = 0; at < TEXT.length; at += length) reader.push(TEXT.slice(at, at + length));
        expect({ ...reader.finish().head, tail: reader.finish().tail, entries }).toEqual(RECORDING);
      }),
    );
  });

  it('refuses a line without end before it fills the memory', () => {
    const reader = new RecordingReader(() => undefined);
    reader.push(encodeHead(RECORDING));
    const piece = 'x'.repeat(1_000_000);
    expect(() => {
      for (let i = 0; i < 20; i += 1) reader.push(piece);
    }).toThrow('characters in a line');
  });
});
