import { describe, expect, it } from 'vitest';
import {
  consumer,
  encodeRecording,
  pipeline,
  producer,
  runVirtual,
  TRACE_VERSION,
  type Recording,
} from 'sluice';
import { LIMITS, readRecordingFile } from '../../../app/lib/recordings/read-recording.ts';
import { endWords, runOfRecording } from '../../../app/lib/recordings/recording-run.ts';
import { recordingParts, withBookmarks } from '../../../app/lib/recordings/save-recording.ts';
import { notesOfRecord, notesOfRun, recordingOf } from '../../../app/lib/sandbox/run-recording.ts';

const PROGRAM = { entry: 'start.ts', files: { 'start.ts': 'export default 1;\n' }, map: 'no map' };

/** Ten numbers; the printer throws at `at`. */
async function recorded(at = Infinity): Promise<Recording> {
  const numbers = producer({
    init: () => 0,
    handleDemand: (demand, next) => {
      const count = Math.min(demand, 10 - next);
      return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
    },
  });
  const printer = consumer({
    handleEvents: (events: number[]) => {
      if (events.includes(at)) throw new TypeError('no more');
    },
  });
  const plan = pipeline(({ start, subscribe }) => {
    subscribe(start('printer', printer), { to: start('numbers', numbers), maxDemand: 4, minDemand: 2 });
  });
  const run = await runVirtual(plan, { seed: 3 });
  return {
    plan: run.plan,
    seed: 3,
    workers: 2,
    placement: { numbers: 1, printer: 0 },
    program: PROGRAM,
    entries: run.entries,
    tail: {
      end: { type: at < 10 ? 'crashed' : 'idle' },
      elapsedMs: 12,
      dropped: 0,
      output: [],
      uncaught: [],
    },
  };
}

describe('runOfRecording()', () => {
  it('shows what was recorded as a run that is over', async () => {
    const recording = await recorded();
    const run = runOfRecording(recording);
    expect(run).toMatchObject({
      status: 'finished',
      workers: 2,
      placement: { numbers: 1, printer: 0 },
      elapsedMs: 12,
      problems: [],
    });
    expect(run.entries).toBe(recording.entries);
    expect(run.stages.map(({ stage, handled }) => [stage, handled])).toEqual([
      ['printer', 10],
      ['numbers', 0],
    ]);
  });

  it('tells of crashes, of a hang, and of entries that are missing', async () => {
    const crashed = runOfRecording(await recorded(5));
    expect(crashed.status).toBe('failed');
    expect(crashed.problems).toMatchObject([
      { severity: 'error', stage: 'printer', message: 'handleEvents of "printer" threw TypeError: no more' },
    ]);
    const whole = await recorded();
    const error = {
      name: 'EngineError',
      message: 'no answer from handleEvents of "printer"',
      code: 'worker_hangs',
    };
    const end = { type: 'failed', phase: 'watchdog', error, stage: 'printer', worker: 0 } as const;
    const tail = {
      end,
      elapsedMs: 3_000,
      dropped: 7,
      output: [],
      uncaught: [{ name: 'Error', message: 'late' }],
    };
    for (const program of [PROGRAM, undefined]) {
      const { plan, seed, workers, placement, entries } = whole;
      const parts = { plan, seed, workers, placement, entries, tail };
      const hung = runOfRecording({ ...parts, ...(program && { program }) });
      expect(hung.status).toBe('failed');
      expect(hung.problems.map(({ phase, stage }) => [phase, stage])).toEqual([
        ['watchdog', 'printer'],
        ['run', undefined],
        ['run', undefined],
      ]);
    }
  });

  it('prints what was printed outside all stages', async () => {
    const whole = await recorded();
    const output = [{ worker: 0, atMs: 0, level: 'log', values: ['loaded', 1] }] as const;
    const run = runOfRecording({ ...whole, tail: { ...(whole.tail ?? never()), output } });
    expect(run.console).toMatchObject([{ stage: null, text: 'loaded 1' }]);
  });

  it('says that a file was cut off', async () => {
    const run = runOfRecording({ ...(await recorded()), tail: null });
    expect(run).toMatchObject({ status: 'stopped', problems: [{ severity: 'warning' }] });
    expect(endWords(null)).toContain('cut off');
  });
});

describe('readRecordingFile()', () => {
  it('opens what was saved', async () => {
    const recording = await recorded();
    const opened = await readRecordingFile(new Blob([encodeRecording(recording)]));
    expect(opened).toEqual({ ok: true, recording });
  });

  it('says what is wrong with another file, with an older one, and with one that is too large', async () => {
    const text = encodeRecording(await recorded());
    const old = text.replace(`"trace":${TRACE_VERSION}`, '"trace":1');
    expect(await readRecordingFile(new Blob(['\u0000PNG']))).toMatchObject({ ok: false });
    expect(await readRecordingFile(new Blob([old]))).toMatchObject({
      ok: false,
      message: expect.stringContaining('received 1'),
    });
    const large = Object.defineProperty(new Blob([text]), 'size', { value: LIMITS.maxBytes + 1 });
    expect(await readRecordingFile(large)).toMatchObject({
      ok: false,
      message: expect.stringContaining('bytes'),
      hint: expect.stringContaining('npx sluice replay'),
    });
    const damaged = text.replace('"type":"ask"', '"type":"beg"');
    expect(await readRecordingFile(new Blob([damaged]))).toMatchObject({
      ok: false,
      message: expect.stringMatching(/line \d+ is not/),
    });
  });
});

describe('recordingOf()', () => {
  it('makes of what a page shows what it would open again', async () => {
    const recording = await recorded();
    const view = runOfRecording(recording);
    const notes = notesOfRecord({ ...recording, ended: 'idle' }, PROGRAM);
    expect(recordingOf(view, notes)).toEqual(recording);
    expect(recordingOf({ ...view, plan: null }, notes)).toBeNull();
  });

  it('says that a run which was saved while it went on was not over', async () => {
    const recording = await recorded();
    const view = runOfRecording(recording);
    const budget = notesOfRecord({ ...recording, ended: 'budget' }, null);
    expect(recordingOf(view, budget)?.tail?.end).toEqual({ type: 'unfinished' });
    const update = { end: null, output: [], uncaught: [] };
    const running = notesOfRun(() => update, { seed: 3, program: null });
    expect(recordingOf(view, running)?.tail?.end).toEqual({ type: 'unfinished' });
  });
});

function never(): never {
  throw new Error('unreachable: the recording has an end');
}

describe('withBookmarks()', () => {
  it('puts bookmarks in the place of those that were there, and nothing else', async () => {
    const recording = await recorded();
    const marked = withBookmarks(recording, [{ seq: 3, note: 'look' }]);
    expect(marked.tail).toEqual({ ...recording.tail, bookmarks: [{ seq: 3, note: 'look' }] });
    expect(withBookmarks(marked, [])).toEqual(recording);
  });

  it('leaves a recording as it is that was cut off', async () => {
    const cut = { ...(await recorded()), tail: null };
    expect(withBookmarks(cut, [{ seq: 3, note: '' }])).toBe(cut);
  });
});

describe('recordingParts()', () => {
  it('is the text of the recording, piece by piece', async () => {
    const recording = await recorded();
    expect([...recordingParts(recording)].join('')).toBe(encodeRecording(recording));
    const long = { ...recording, entries: Array.from({ length: 400 }, () => recording.entries).flat() };
    const parts = [...recordingParts(long)];
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.join('')).toBe(encodeRecording(long));
  });
});
