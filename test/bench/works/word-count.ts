import { Flow } from 'sluice';
import { POOLS, type Pool } from '../threads/pools.ts';
import { onWorkers } from '../threads/on-workers.ts';
import {
  WORDS_OF_TEXT,
  addCounts,
  countByHand,
  countWord,
  digestOf,
  digestOfText,
  linesOf,
  splitLine,
} from '../text.ts';
import type { Contender, Work } from '../work.ts';
import { ENGINE, LOOP, engine, loop, peers, pooled } from './contenders.ts';

const PARTITIONED = `${ENGINE}, partitioned`;
const LINES_PER_TASK = 1_000;
const WORKERS = 2;
/** Who is quick counts all of the text. */
const RUN_MS = 1_000;
const ROUNDS = 5;
/** Threads are new for every run: all of the text, or what they need to begin would count for more than it does. */
const RUN_MS_ON_TWO = 30_000;
const ROUNDS_ON_TWO = 3;

const byHand: Contender = loop((words) => digestOf(countByHand(linesOf(words))));

export const w3: Work = {
  name: 'W3',
  title: 'word count of 20 MB on one thread: a flow of lines; an event is a word',
  events: WORDS_OF_TEXT,
  runMs: RUN_MS,
  rounds: ROUNDS,
  expected: digestOfText,
  contenders: [
    byHand,
    engine(async (words) => {
      const [counts = new Map<string, number>()] = await Flow.from(linesOf(words), { stages: 1 })
        .flatMap(splitLine)
        .reduce(() => new Map<string, number>(), countWord)
        .emit('state')
        .toArray();
      return digestOf(counts);
    }),
    engine(async (words) => {
      const counts = await Flow.from(linesOf(words), { stages: 1 })
        .flatMap(splitLine)
        .partition({ stages: 2 })
        .reduce(() => new Map<string, number>(), countWord)
        .toArray();
      return digestOf(counts);
    }, PARTITIONED),
    ...peers(({ wordCount }) => wordCount && (async (words) => digestOf(await wordCount(linesOf(words))))),
  ],
  targets: [{ for: ENGINE, atMost: 1.1, of: LOOP }],
};

export const w3OnTwo: Work = {
  name: 'W3×2',
  title: 'word count of 20 MB on two workers: each counts its lines, then the counts are added up',
  events: WORDS_OF_TEXT,
  time: 'wall',
  runMs: RUN_MS_ON_TWO,
  rounds: ROUNDS_ON_TWO,
  expected: digestOfText,
  contenders: [
    byHand,
    engine((words) => onWorkers('word-count-program', WORKERS, { words, stages: WORKERS })),
    engine((words) => onWorkers('partitioned-program', WORKERS, { words, stages: WORKERS }), PARTITIONED),
    ...POOLS.map((peer) => pooled(peer, WORKERS, countOn)),
  ],
  targets: [
    { for: ENGINE, atMost: 0.75, of: LOOP },
    { for: ENGINE, atMost: 1 / 1.7, of: 'comlink' },
  ],
};

async function countOn(pool: Pool, words: number): Promise<number> {
  const lines = linesOf(words);
  const tasks: ReturnType<Pool['countAll']>[] = [];
  for (let i = 0; i < lines.length; i += LINES_PER_TASK) {
    tasks.push(pool.countAll(lines.slice(i, i + LINES_PER_TASK)));
  }
  const counts = new Map<string, number>();
  for (const task of tasks) addCounts(counts, await task);
  return digestOf(counts);
}
