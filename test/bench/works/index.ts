import type { Work } from '../work.ts';
import { w2, w2p } from './chain.ts';
import { demand } from './demand.ts';
import { broadcast, partition } from './fan-out.ts';
import { w4, w4OnTwo } from './hashing.ts';
import { w5, w5Records } from './hop.ts';
import { iterable } from './iterable.ts';
import { w6, w6p99 } from './latency.ts';
import { w1 } from './pass-through.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';
import { trace } from './trace.ts';
import { w7 } from './windows.ts';
import { w3, w3OnTwo } from './word-count.ts';

/** All works, in the order in which they are measured. A new one is added here. */
export const WORKS: readonly Work[] = [
  w1,
  w2,
  w2p,
  w3,
  w3OnTwo,
  w4,
  w4OnTwo,
  w5,
  w5Records,
  w6,
  w6p99,
  start,
  w7,
  scale,
  demand,
  broadcast,
  partition,
  iterable,
  trace,
];
