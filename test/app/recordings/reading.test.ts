import { describe, expect, it } from 'vitest';
import {
  consumer,
  decodeRecording,
  encodeRecording,
  pipeline,
  producer,
  runVirtual,
  type Recording,
} from 'sluice';
import { readRecordingFile, type Part } from '$lib/recordings/read-recording.ts';
import { runOfRecording, runSoFar } from '$lib/recordings/recording-run.ts';

/** A run of about `entries` entries, of which every third stands a little late in its file, as those of other workers do. */
async function longRun(entries: number): Promise<Recording> {
  const words = producer({
    init: () => 0,
    handleDemand: (demand, next) => ({
      events: Array.from({ length: demand }, (_, i) => `word ${next + i} of the long text`),
      state: next + demand,
    }),
  });
  const reader = consumer({ handleEvents: (events: string[]) => void events });
  const plan = pipeline(({ start, subscribe }) => {
    subscribe(start('reader', reader), { to: start('words', words), maxDemand: 8, minDemand: 4 });
  });
  const run = await runVirtual(plan, { seed: 5, entryBudget: entries });
  const late = run.entries.map((entry, i) => ({ entry, at: i % 3 === 0 ? i + 7.5 : i }));
  return {
    plan: run.plan,
    seed: 5,
    workers: 1,
    placement: { words: 0, reader: 0 },
    entries: late.sort((a, b) => a.at - b.at).map(({ entry }) => entry),
    tail: { end: { type: 'stopped' }, elapsedMs: 9, dropped: 0, output: [], uncaught: [] },
  };
}

describe('readRecordingFile() of a long file', () => {
  it('reads no further once nobody waits for it', async () => {
    const text = encodeRecording(await longRun(20_000));
    const left = new AbortController();
    const reading = readRecordingFile(new Blob([text]), undefined, left.signal);
    left.abort();
    expect(await reading).toMatchObject({ ok: false });
  });

  it('shows what it has read, in order, before it gives all of it', async () => {
    const text = encodeRecording(await longRun(60_000));
    expect(text.length).toBeGreaterThan(2_000_000);
    const parts: Part[] = [];
    const opened = await readRecordingFile(new Blob([text]), (part) => parts.push(part));
    const whole = decodeRecording(text);
    if (!opened.ok) throw new Error(opened.message);
    // Compared as text: that two long lists differ is told sooner than where.
    expect(JSON.stringify(opened.recording)).toBe(JSON.stringify(whole));

    expect(parts.length).toBeGreaterThan(0);
    for (const { recording, share } of parts) {
      expect(share).toBeGreaterThan(0);
      expect(recording.tail).toBeNull();
      expect(recording.plan).toEqual(whole.plan);
      const { entries } = runSoFar(recording);
      expect(entries.every(({ seq }, i) => i === 0 || seq > (entries[i - 1]?.seq ?? seq))).toBe(true);
      expect(entries.length).toBeLessThanOrEqual(whole.entries.length);
    }
  });

  it('tells of a line that is damaged, however far down', async () => {
    const text = encodeRecording(await longRun(60_000));
    const at = text.lastIndexOf('"type":"ask"');
    const damaged = `${text.slice(0, at)}"type":"beg"${text.slice(at + 12)}`;
    const line = text.slice(0, at).split('\n').length;
    const opened = await readRecordingFile(new Blob([damaged]));
    expect(opened).toMatchObject({ ok: false, message: expect.stringContaining(`line ${line}`) });
  });
});

describe('runOfRecording() of a long recording', () => {
  it('counts what its stages did when somebody asks', async () => {
    const recording = await longRun(2_000);
    const entries = recording.entries.toSorted((a, b) => a.seq - b.seq);
    const run = runOfRecording({ ...recording, entries });
    const handled = entries.reduce(
      (sum, entry) =>
        entry.type === 'end' && entry.callback === 'handleDemand' && entry.stage === 'words'
          ? sum + entry.count
          : sum,
      0,
    );
    expect(run.stages.find(({ stage }) => stage === 'words')?.emitted).toBe(handled);
    expect(run.subscriptions).toBe(run.subscriptions);
  });
});
