import { Flow } from 'sluice';
import { chapters } from 'sluice/data';

export default Flow.from(chapters.slice(0, 3), { stages: 2, maxDemand: 2 })
  .flatMap(({ text }) => text.toLowerCase().match(/[a-z]+/g) ?? [])
  .filter((word) => word.length > 6)
  .partition({ stages: 3 })
  .reduce(
    (): Map<string, number> => new Map(),
    (counts, word) => counts.set(word, (counts.get(word) ?? 0) + 1),
  )
  .takeSort(5, ([wordA, a], [wordB, b]) => b - a || (wordA < wordB ? -1 : 1));
