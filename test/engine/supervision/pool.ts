import {
  StageHost,
  childrenOf,
  consumerSupervisor,
  producer,
  seededRandom,
  type ChildSpec,
  type ConsumerSupervisorDefinition,
  type SubscribeOptions,
  type TraceEntry,
} from 'sluice';
import { VirtualScheduler } from '../../../engine/time/virtual-scheduler.ts';

/** A consumerSupervisor under a producer of 0, 1, 2 … on one host in virtual time. */
export class Pool {
  readonly scheduler = new VirtualScheduler();
  readonly host: StageHost;
  readonly children;
  /** Demands the producer was asked for. */
  readonly demands: number[] = [];
  readonly #seen: TraceEntry[] = [];

  constructor() {
    this.host = new StageHost({
      worker: 0,
      workers: 1,
      placement: { source: 0, pool: 0 },
      scheduler: this.scheduler,
      random: seededRandom(1),
      trace: 'full',
      capacity: 100_000,
      onRemote: () => undefined,
    });
    this.children = childrenOf(this.host, 'pool');
  }

  /** Starts both, subscribes the supervisor, and lets everything happen that does not wait for time. */
  static async of(
    child: ChildSpec<number>,
    {
      subscription = {},
      events = 20,
      ...options
    }: Partial<ConsumerSupervisorDefinition<number>> & {
      readonly subscription?: SubscribeOptions;
      readonly events?: number;
    } = {},
  ): Promise<Pool> {
    const pool = new Pool();
    pool.host.start(
      'source',
      producer<number, number>({
        init: () => 0,
        handleDemand: (demand, next) => {
          pool.demands.push(demand);
          const size = Math.min(demand, events - next);
          return { events: Array.from({ length: size }, (_, i) => next + i), state: next + size };
        },
        handleCast: (reason) => ({ stop: reason }),
      }),
      undefined,
    );
    pool.host.start(
      'pool',
      consumerSupervisor<number>({ strategy: 'oneForOne', ...options, child }),
      undefined,
    );
    pool.host.subscribe({ id: 'pool←source', consumer: 'pool', producer: 'source', options: subscription });
    await pool.settle();
    return pool;
  }

  /** Lets stages and children go on until all of them wait for time, or for nothing. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet++) {
      for (const id of this.host.ready()) {
        quiet = 0;
        void this.host.step(id);
      }
      for (const task of [...this.host.tasks.waiting]) {
        quiet = 0;
        this.host.stepTask(task);
      }
      await null;
    }
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    await this.settle();
    let isOver = false;
    this.scheduler.after(ms, () => {
      isOver = true;
    });
    while (!isOver) {
      this.scheduler.advance();
      await this.settle();
    }
  }

  get entries(): readonly TraceEntry[] {
    this.#seen.push(...this.host.recorder.take());
    return this.#seen;
  }

  /** Warnings of the supervisor: code, and what it is about. */
  get warnings(): readonly (readonly unknown[])[] {
    return this.entries.flatMap((entry) =>
      entry.type === 'warning' && entry.stage === 'pool' ? [[entry.code, ...(entry.values ?? [])]] : [],
    );
  }

  /** How the supervisor ended; `null` while it runs. */
  get exit(): unknown {
    const end = this.entries.find(({ type, stage }) => type === 'exit' && stage === 'pool');
    return end?.type === 'exit' ? end.reason : null;
  }

  /** How children ended so far. */
  get outcomes(): readonly string[] {
    return this.entries.flatMap((entry) =>
      entry.type === 'task' && entry.phase === 'end' ? [String(entry.outcome)] : [],
    );
  }
}
