import type { Weather } from '../trace/weather.ts';
import type { LineMemory } from '../transport/line-memory.ts';

/** One end of a line between two workers, over a port of their platform. */
export interface LineEnd<Port> {
  readonly port: Port;
  /** Left out: everything goes by the port. */
  readonly memory?: LineMemory;
}

/** The line to another worker of the run, in place of one that was there. */
export interface ConnectOrder<Port> {
  readonly type: 'connect';
  readonly worker: number;
  readonly line: LineEnd<Port>;
  /** Which worker of its number it leads to, from 0. */
  readonly replaced: number;
}

/** The run is over: let go of the program. Answered by {@link WorkerLeft}. */
export interface LeaveOrder {
  readonly type: 'leave';
}

/** What a worker answers to {@link LeaveOrder}. */
export interface WorkerLeft {
  /** What the program has left in it, in words; `null`: it may load another. */
  readonly leftovers: string | null;
}

/** One run on the virtual scheduler. */
export interface HiddenRun {
  readonly seed: number;
  readonly entryBudget: number;
  /** What its stages go through, by virtual time. Default: nothing. */
  readonly weather?: Weather;
}

/** Frame → worker of a browser, by the worker's own port. */
export type BrowserOrder =
  /** Load the program; first of all. */
  | {
      readonly type: 'load';
      /** Text of the compiled program, an ES module. */
      readonly program: string;
      /** Data set → its rows as JSON. */
      readonly data: Readonly<Record<string, string>>;
      readonly control: MessagePort;
      readonly worker: number;
      /** What wakes the worker; left out where no line is of shared memory. */
      readonly bell?: SharedArrayBuffer;
      /** Where it notes which callback runs; left out where no memory can be shared. */
      readonly station?: SharedArrayBuffer;
      /** Hidden runs on the virtual scheduler, instead of a part of a real one. */
      readonly virtual?: readonly HiddenRun[];
    }
  | ConnectOrder<MessagePort>
  | LeaveOrder;
