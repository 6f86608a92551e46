import { Worker } from 'node:worker_threads';
import { releaseProxy, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import Tinypool from 'tinypool';
import workerpool from 'workerpool';
import type { Tasks } from './tasks.ts';

/** A library's workers, as long as a work is measured. */
export interface Pool {
  hashAll(...batch: Parameters<Tasks['hashAll']>): Promise<ReturnType<Tasks['hashAll']>>;
  countAll(...batch: Parameters<Tasks['countAll']>): Promise<ReturnType<Tasks['countAll']>>;
  end(): Promise<void>;
}

/** How a library makes its workers. */
export interface PoolPeer {
  /** Of its package, too. */
  readonly name: string;
  readonly open: (workers: number) => Pool;
}

const scriptOf = (name: string) => new URL(`./${name}.mjs`, import.meta.url);

export const POOLS: readonly PoolPeer[] = [
  {
    name: 'workerpool',
    open: (workers) => {
      const limits = { minWorkers: workers, maxWorkers: workers, workerType: 'thread' } as const;
      const pool = workerpool.pool(scriptOf('workerpool-worker').pathname, limits);
      return {
        hashAll: async (batch) => await pool.exec('hashAll', [batch]),
        countAll: async (batch) => await pool.exec('countAll', [batch]),
        end: async () => void (await pool.terminate()),
      };
    },
  },
  {
    name: 'tinypool',
    open: (workers) => {
      const filename = scriptOf('tinypool-worker').href;
      const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers });
      return {
        hashAll: (batch) => pool.run(batch, { name: 'hashAll' }),
        countAll: (batch) => pool.run(batch, { name: 'countAll' }),
        end: () => pool.destroy(),
      };
    },
  },
  {
    name: 'comlink',
    open: (workers) => {
      const threads = Array.from({ length: workers }, () => new Worker(scriptOf('comlink-worker')));
      const proxies = threads.map((thread) => wrap<Tasks>(nodeEndpoint(thread)));
      let calls = 0;
      // It knows nothing of pools: they are called by turns.
      const next = () => {
        const proxy = proxies[calls++ % workers];
        if (!proxy) throw new Error(`There are no workers: received ${workers}`);
        return proxy;
      };
      return {
        hashAll: async (batch) => await next().hashAll(batch),
        countAll: async (batch) => await next().countAll(batch),
        end: async () => {
          for (const proxy of proxies) proxy[releaseProxy]();
          await Promise.all(threads.map((thread) => thread.terminate()));
        },
      };
    },
  },
];
