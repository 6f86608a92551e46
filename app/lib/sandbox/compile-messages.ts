import type { Compiled, OfferedExports } from './compiled.ts';

/** Page → compile worker. */
export type ToCompileWorker =
  | { readonly type: 'start'; readonly wasmUrl: string; readonly offered: OfferedExports }
  | {
      readonly type: 'compile';
      readonly id: number;
      readonly files: Readonly<Record<string, string>>;
      readonly entry: string;
    };

/** Compile worker → page. */
export type FromCompileWorker =
  | { readonly type: 'compiled'; readonly id: number; readonly compiled: Compiled }
  /** esbuild could not start: the worker is of no use. */
  | { readonly type: 'broken'; readonly reason: string };
