import { PEERS } from '../peers/index.ts';
import type { Peer } from '../peers/peer.ts';
import type { Pool, PoolPeer } from '../threads/pools.ts';
import type { Contender } from '../work.ts';

/** What the tables call the loop and the engine. */
export const LOOP = 'plain loop';
export const ENGINE = 'Sluice';
/** The engine, where a flow of operators does the work and not stages of the program's own. */
export const FLOW = `${ENGINE}, one flow`;

/** The loop that somebody would write by hand who has no library. */
export function loop(run: Contender['run']): Contender {
  return { name: LOOP, role: 'loop', run };
}

/** Events of a batch where everybody asks as by default: half of maxDemand. */
const BATCH = 500;

/** The same callbacks without an engine: fills arrays of integers, hands each on, adds up what comes of it. */
export function arrays(handedOn: (batch: number[]) => number[] = (batch) => batch): Contender {
  return {
    name: `arrays of ${BATCH}`,
    role: 'arrays',
    run: (events) => {
      let total = 0;
      for (let next = 0; next < events; next += BATCH) {
        const count = Math.min(BATCH, events - next);
        const batch = new Array<number>(count);
        for (let i = 0; i < count; i++) batch[i] = next + i;
        for (const n of handedOn(batch)) total += n;
      }
      return total;
    },
  };
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

/** A library's workers, which are there before anything is measured. */
export function pooled(
  peer: PoolPeer,
  workers: number,
  run: (pool: Pool, events: number) => Promise<number>,
): Contender {
  let pool: Pool | null = null;
  return {
    name: peer.name,
    role: 'peer',
    open: () => {
      const opened = (pool = peer.open(workers));
      return () => opened.end();
    },
    run: (events) => (pool ? run(pool, events) : NaN),
  };
}
