import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { differencesOf } from './differences.ts';
import { brokenFact } from './facts.ts';
import { parseRecordings, type Scenario } from './recording.ts';
import type { Observed } from './replayer.ts';
import { leftOut, threadedPlayer } from './threaded.ts';

const folder = new URL('./genstage/', import.meta.url);
const groups = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parseRecordings(readFileSync(new URL(name, folder), 'utf8')));

/** Most of a run is waiting for threads to begin and end, so several go on at once. */
const AT_ONCE = 4;
/**
 * A recording is one of the orders in which messages of different senders may arrive; between threads it need not come about
 * at once. What is wrong stays wrong.
 */
const TIMES = 4;

/** What GenStage did under every schedule must come out on real threads too. */
describe.each(['ring', 'port'] as const)('facts of GenStage on two worker_threads, by %s', (transport) => {
  let play: (scenario: Scenario) => Promise<Observed>;
  beforeAll(async () => {
    play = await threadedPlayer(transport);
  }, 60_000);

  it('are checked for nearly all scenarios; the others cannot be driven from outside a run', () => {
    const all = groups.flatMap(({ scenarios }) => scenarios);
    const reasons = all.map((scenario) => leftOut(scenario)).filter((reason) => reason !== null);
    expect(all.length - reasons.length).toBeGreaterThan(0.75 * all.length);
    expect([...new Set(reasons)].sort()).toEqual([
      'a selector that is wrong or comes later: functions cannot be sent to a worker',
      'a stage that does not start, among others',
      'a stage that starts later',
      'a stage that subscribes as it starts, and ends',
      'children that run until the recording ends them',
      // Children are told to end by the recording, which reaches none on a thread.
      'the step child_exit',
      'the step count_children',
      // A worker can be held, but no single stage.
      'the step pause',
      'the step start_child',
      'the step terminate_child',
      'wrong subscriptions in a program',
    ]);
  });

  for (const { group, scenarios } of groups) {
    const driven = scenarios.filter(
      (scenario) => leftOut(scenario) === null && differencesOf(scenario).length === 0,
    );
    // Two transports differ in what carries a message, which a quarter of them shows as well.
    const played = driven.filter((_, i) => transport === 'ring' || i % 4 === 0);
    it(`${group}: ${played.length} of ${scenarios.length} scenarios`, async () => {
      expect(played.length, 'at least one of each group').toBeGreaterThan(0);
      const left = [...played];
      const broken: string[] = [];
      const playAll = async () => {
        for (let next = left.shift(); next; next = left.shift()) {
          let problem: string | null = null;
          for (let time = 1; time <= TIMES; time += 1) {
            problem = await play(next).then(
              (observed) => brokenFact(next, observed),
              (error: unknown) => String(error),
            );
            if (problem === null) break;
          }
          if (problem !== null) broken.push(`${next.id}: ${problem}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, playAll));
      expect(broken).toEqual([]);
    }, 120_000);
  }
});
