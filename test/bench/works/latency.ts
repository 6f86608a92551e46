import { Hops } from '../threads/hops.ts';
import { onWorkers } from '../threads/on-workers.ts';
import type { Latencies } from '../threads/latencies.ts';
import type { Timed, Work } from '../work.ts';
import { ENGINE, engine } from './contenders.ts';

const BARE = 'two message ports';
const ON_RING = `${ENGINE}, ring`;
const ON_PORT = `${ENGINE}, ports`;
const EVENTS = 10_000;
const RUN_MS = 5_000;
const ROUNDS = 5;

export const w6 = latencyAt('p50', 'W6', 0.7);
export const w6p99 = latencyAt('p99', 'W6p99', 0.5);

/** What the table calls ns/event is how long this share of the events took at most. */
function latencyAt(part: keyof Latencies, name: string, atMost: number): Work {
  const timed = (events: number, { result, ...took }: Partial<Latencies> & { readonly result: number }) => {
    const ms = ((took[part] ?? NaN) * events) / 1_000;
    return { result, ms, processorMs: ms };
  };
  const onEngine = (transport: 'ring' | 'port') => async (events: number) =>
    timed(events, await onWorkers('latency-program', 2, { events }, { transport }));
  let hops: Hops | null = null;
  return {
    name,
    title: `one event at a time to another worker and back: ${part} of the second half`,
    events: EVENTS,
    time: 'wall',
    runMs: RUN_MS,
    rounds: ROUNDS,
    expected: (events) => events,
    contenders: [
      {
        name: BARE,
        role: 'arrays',
        open: () => {
          const opened = (hops = new Hops());
          return () => opened.end();
        },
        run: async (events): Promise<Timed | number> =>
          hops ? timed(events, await hops.cross({ way: 'echo', events })) : NaN,
      },
      engine(onEngine('ring'), ON_RING),
      engine(onEngine('port'), ON_PORT),
    ],
    targets: [{ for: ON_RING, atMost, of: BARE }],
  };
}
