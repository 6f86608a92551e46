import { PEERS } from '../peers/index.ts';
import type { Peer } from '../peers/peer.ts';
import type { Contender } from '../work.ts';

/** What the tables call the loop and the engine. */
export const LOOP = 'plain loop';
export const ENGINE = 'Sluice';

/** The loop that somebody would write by hand who has no library. */
export function loop(run: Contender['run']): Contender {
  return { name: LOOP, role: 'loop', run };
}

export function engine(run: Contender['run'], name: string = ENGINE): Contender {
  return { name, role: 'engine', run };
}

/** All libraries that have words for a work. */
export function peers(runOf: (peer: Peer) => Contender['run'] | undefined): Contender[] {
  return PEERS.flatMap((peer): Contender[] => {
    const run = runOf(peer);
    return run ? [{ name: peer.name, role: 'peer', run }] : [];
  });
}
