import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealmAnswer } from './locked-realm.ts';

const ENTRY = fileURLToPath(new URL('./locked-realm.ts', import.meta.url));
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-realm-'));
  const bundle = await rolldown({ input: ENTRY, platform: 'node', tsconfig: false });
  await bundle.write({ file: join(directory, 'realm.mjs'), format: 'es', codeSplitting: false });
  await bundle.close();
});

afterAll(() => rm(directory, { recursive: true }));

describe('freezeShared()', () => {
  it('leaves nothing that a program could put something else in the place of', async () => {
    const { open, tried } = await realm('frozen');
    expect(open).toEqual([]);
    expect(tried).toBeGreaterThan(2_000);
  });

  it('leaves two properties of arrays, where arrays are to be quick', async () => {
    const { open } = await realm('quick');
    expect(open.map((path) => path.replace(/^.*__proto__\.|^Array\.prototype\./, '')).sort()).toEqual([
      'Symbol(Symbol.iterator)',
      'constructor',
    ]);
  });

  it.each(['frozen', 'quick'] as const)(
    'a run goes as it went before, whatever a program tries: %s',
    async (arrays) => {
      const { traces } = await realm(arrays);
      const [before, ...others] = traces;
      expect(before).toContain('"sink 1"');
      for (const trace of others) expect(trace).toBe(before);
    },
  );

  it('leaves plain programs as they are', async () => {
    expect((await realm('frozen')).plain).toEqual({
      name: 'Mine',
      message: 'no!',
      shown: 'Mine: no!',
      old: 'old',
      words: 5,
      event: 'event',
      fn: 'fn',
      stack: 'stack',
      json: '{"date":"never"}',
      primitive: false,
    });
  });
});

const answers = new Map<string, Promise<RealmAnswer>>();

function realm(arrays: 'frozen' | 'quick'): Promise<RealmAnswer> {
  const known = answers.get(arrays);
  if (known) return known;
  const answer = new Promise<RealmAnswer>((resolve, reject) => {
    const thread = new Worker(join(directory, 'realm.mjs'), { workerData: arrays });
    thread.once('message', resolve);
    thread.once('error', reject);
  });
  answers.set(arrays, answer);
  return answer;
}
