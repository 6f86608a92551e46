import { KINDS, rightSum, type Kind } from '../threads/hop-events.ts';
import { Hops, ringOrder, type HopOrder } from '../threads/hops.ts';
import { onWorkers } from '../threads/on-workers.ts';
import type { Contender, Target, Work } from '../work.ts';
import { ENGINE, engine } from './contenders.ts';

/** What everything is compared with: what a program does that has batches, and no engine. */
const CLONED = 'arrays of 500, cloned';
const SINGLE = 'postMessage per event';
const RING = 'bare ring of integers';
const ON_RING = `${ENGINE}, ring`;
const ON_PORT = `${ENGINE}, ports`;

/** Threads are new for every run of the engine: it needs as many that starting does not count for more than it does. */
const EVENTS = { integers: 10_000_000, records: 1_000_000 };
const RUN_MS = 1_500;
const ROUNDS = 5;

export const w5 = hopOf('integers', 'W5', [
  { for: ON_RING, atMost: 1 / 8, of: CLONED },
  { for: ON_PORT, atMost: 1 / 2, of: CLONED },
]);
export const w5Records = hopOf('records', 'W5r', [{ for: ON_RING, atMost: 1 / 6, of: CLONED }]);

function hopOf(kind: Kind, name: string, targets: readonly Target[]): Work {
  const orders: readonly (readonly [string, (events: number) => HopOrder])[] = [
    [CLONED, (events) => ({ way: 'batches', kind, events })],
    [SINGLE, (events) => ({ way: 'single', kind, events })],
    ...(kind === 'integers' ? [[RING, ringOrder] as const] : []),
  ];
  const onEngine = (transport: 'ring' | 'port') => (events: number) =>
    onWorkers('hop-program', 2, { events, kind: KINDS.indexOf(kind) }, { transport });
  return {
    name,
    title: `${kind === 'integers' ? 'integers' : 'small records'} across one hop between workers, at most 1,000 under way`,
    events: EVENTS[kind],
    time: 'wall',
    runMs: RUN_MS,
    rounds: ROUNDS,
    expected: (events) => rightSum(kind, events),
    contenders: [
      ...orders.map(([of, order]) => bare(of, order)),
      engine(onEngine('ring'), ON_RING),
      engine(onEngine('port'), ON_PORT),
    ],
    targets,
  };
}

/** Two threads that are there before anything is measured. */
function bare(name: string, order: (events: number) => HopOrder): Contender {
  let hops: Hops | null = null;
  return {
    name,
    role: 'arrays',
    open: () => {
      const opened = (hops = new Hops());
      return () => opened.end();
    },
    run: async (events) => (hops ? (await hops.cross(order(events))).result : NaN),
  };
}
