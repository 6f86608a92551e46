/** Hashes integers on as many stages as are wanted. Its address says how many: `?events=…&stages=…`. */
import { Flow, range } from 'sluice';
import { hash } from './hash.ts';
import { begun, found, parameter } from './stopwatch.ts';

export default Flow.from(range(1, parameter('events')), { stages: parameter('stages'), onInit: begun })
  .map(hash)
  .reduce(
    () => 0,
    (sum, n) => sum + n,
  )
  .onTrigger((sum) => ({ events: [found(sum)] }));
