/** Counts words where their partition is: each crosses to it. Its address says how many words: `?words=…`. */
import { Flow } from 'sluice';
import { countWord, digestOf, linesOf, splitLine } from '../text.ts';
import { begun, found, parameter } from './stopwatch.ts';

const stages = parameter('stages');
const lines = linesOf(parameter('words'));

export default Flow.from(lines, { stages, onInit: begun })
  .flatMap(splitLine)
  .partition({ stages })
  .reduce(() => new Map<string, number>(), countWord)
  .onTrigger((counts) => ({ events: [found(digestOf(counts))] }));
