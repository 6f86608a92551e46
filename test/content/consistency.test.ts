import { describe, expect, it } from 'vitest';
import { findInconsistency, type TraceEntry } from 'sluice';
import { programsIn, runsOf, stepFolders } from './lesson-programs.ts';

/** Programs that do not run to an end tell nothing here; other tests say which those are. */
async function runs(path: string) {
  return await runsOf(path).catch(() => []);
}

describe('findInconsistency()', () => {
  it.each(stepFolders)('finds nothing in what the programs of a step have recorded: %s', async (folder) => {
    for (const path of programsIn(folder)) {
      for (const { plan, entries, seed } of await runs(path)) {
        expect(findInconsistency(plan, entries), `${path}, seed ${seed}`).toBeNull();
      }
    }
  });

  it('finds every entry that was changed in what others rest on', async () => {
    const [folder = ''] = stepFolders;
    const [{ plan, entries } = { plan: { stages: [], subscriptions: [] }, entries: [] }] = await runs(
      `${folder}/start.ts`,
    );
    const at = (type: TraceEntry['type']) => entries.findIndex((entry) => entry.type === type);
    const changed = (index: number, change: object): TraceEntry[] =>
      entries.map((entry, i) => (i === index ? Object.assign({}, entry, change) : entry));
    const forged: Record<string, TraceEntry[]> = {
      'a number again': changed(5, { seq: entries[4]?.seq }),
      'no number': changed(5, { seq: NaN }),
      'no time': changed(5, { atMs: -1 }),
      'another stage': changed(at('log'), { stage: 'nobody' }),
      'a cause to come': changed(at('deliver'), { cause: 1e6 }),
      'what was never sent': changed(at('deliver'), { count: 99 }),
      'a batch further on': changed(at('dispatch'), { first: 7 }),
      'more events than counted': changed(at('dispatch'), { count: 0 }),
      'a subscription of nobody': changed(at('ask'), { subscription: 'none' }),
      'an end without a beginning': changed(at('end'), { cause: null }),
      'a delivery left out': entries.filter((_, i) => i !== at('dispatch')),
      'a beginning left out': entries.filter((_, i) => i !== at('begin')),
      'a delivery twice': entries.flatMap((entry): TraceEntry[] =>
        entry.type === 'deliver' ? [entry, { ...entry, seq: entry.seq + 0.5 }] : [entry],
      ),
      'all twice': [...entries, ...entries],
    };
    for (const [name, trace] of Object.entries(forged)) {
      expect(findInconsistency(plan, trace), name).toMatchObject({ problem: expect.any(String) });
    }
  });
});
