import { consumer, Flow, pipeline } from 'sluice';
import { chapters } from 'sluice/data';

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+(?:'[a-z]+)?/g) ?? [];
}

type Counts<Key> = Map<Key, number>;

function countOne<Key>(counts: Counts<Key>, key: Key): Counts<Key> {
  return counts.set(key, (counts.get(key) ?? 0) + 1);
}

const words = Flow.from(chapters).flatMap(({ text }) => wordsOf(text));

// Equal words meet in the same partition: each counts its own.
const wordCounts = (partitions: number) =>
  words.partition({ stages: partitions }).reduce((): Counts<string> => new Map(), countOne);

const mostFrequent = (partitions: number) => wordCounts(partitions).takeSort(20, ([, a], [, b]) => b - a);

const vocabulary = (partitions: number) =>
  wordCounts(partitions).departition(
    () => ({ words: 0, distinct: 0 }),
    (book, counts) => ({
      words: [...counts.values()].reduce((sum, count) => sum + count, book.words),
      distinct: book.distinct + counts.size,
    }),
    (book) => book,
  );

// Between chapters stands one newline.
const characters = Flow.from(chapters)
  .map(({ text }) => text.length)
  .partition({ stages: 1 })
  .reduce(
    () => -1,
    (sum, length) => sum + length + 1,
  )
  .emit('state');

const wordsOfLength = words
  .map((word) => word.length)
  .partition({ stages: 4 })
  .reduce((): Counts<number> => new Map(), countOne);

// Order is kept where one stage reads one source.
const firstWords = Flow.from(chapters, { stages: 1 })
  .flatMap(({ text }) => wordsOf(text))
  .uniq()
  .reduce(
    (): string[] => [],
    (firsts, word) => (firsts.length < 30 ? [...firsts, word] : firsts),
  );

const whalesByChapter = Flow.from(chapters)
  .flatMap(({ number, text }) => wordsOf(text).map((word) => ({ word, chapter: number })))
  .filter(({ word }) => word === 'whale')
  .partition({ key: 'chapter', stages: 3 })
  .reduce(
    (): Counts<number> => new Map(),
    (counts, { chapter }) => countOne(counts, chapter),
  )
  .takeSort(10, ([chapterA, a], [chapterB, b]) => b - a || chapterA - chapterB);

const printer = consumer({
  handleEvents: (events: unknown[]) => {
    for (const event of events) console.log(event);
  },
});

export default pipeline(({ start, subscribe }) => {
  const print = (name: string, flow: Flow<unknown>) =>
    // It goes on until the last stage of the flow has ended.
    subscribe(start(`print ${name}`, printer), { to: start(name, flow), cancel: 'transient' });
  for (const partitions of [1, 2, 4]) {
    print(`most frequent of ${partitions}`, mostFrequent(partitions));
    print(`vocabulary of ${partitions}`, vocabulary(partitions));
  }
  print('characters', characters);
  print('words of length', wordsOfLength);
  print('first words', firstWords);
  print('whales by chapter', whalesByChapter);
});
