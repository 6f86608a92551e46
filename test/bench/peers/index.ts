import { callbag } from './callbag.ts';
import { effect } from './effect.ts';
import { asyncGenerators, generators } from './generators.ts';
import { highland } from './highland.ts';
import { ix } from './ix.ts';
import { most } from './most.ts';
import { nodeStreams } from './node-streams.ts';
import type { Peer } from './peer.ts';
import { rxjs } from './rxjs.ts';
import { webStreams } from './web-streams.ts';

/** All libraries the engine is measured against. */
export const PEERS: readonly Peer[] = [
  most,
  effect,
  rxjs,
  generators,
  ix,
  callbag,
  nodeStreams,
  asyncGenerators,
  highland,
  webStreams,
];
