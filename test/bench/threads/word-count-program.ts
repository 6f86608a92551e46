/** Counts words on two stages, each by itself, and adds up their counts. Its address says how many words: `?words=…`. */
import { Flow } from 'sluice';
import { addCounts, countWord, digestOf, linesOf, splitLine } from '../text.ts';
import { begun, found, parameter } from './stopwatch.ts';

/** Made while the program is loaded, which is not measured. */
const lines = linesOf(parameter('words'));

export default Flow.from(lines, { stages: parameter('stages'), onInit: begun })
  .flatMap(splitLine)
  .reduce(() => new Map<string, number>(), countWord)
  .departition(
    () => new Map<string, number>(),
    addCounts,
    (counts) => found(digestOf(counts)),
  );
