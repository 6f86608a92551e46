/** The script of a Node worker, bundled to one file. Its worker data say what it runs. */
import { availableParallelism } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { Print } from '../runtime/print.ts';
import { realScheduler } from '../time/scheduler.ts';
import type { LineMemory } from '../transport/line-memory.ts';
import { messagePortTransport } from '../transport/message-port.ts';
import { sharedBell } from '../transport/shared-bell.ts';
import { sharedRingTransport } from '../transport/shared-ring.ts';
import type { Transport } from '../transport/transport.ts';
import { captureConsole } from './console-capture.ts';
import { evaluateLoops } from './evaluate-loops.ts';
import { lineWriter } from './node-lines.ts';
import { portOf } from './node-port.ts';
import { stationWriter } from './node-station.ts';
import { provideProgramGlobals, runProgram, type ProgramWorker } from './program-worker.ts';

/** What `node.ts` gives a worker along: the port for all orders. */
export interface NodeBoot {
  readonly orders: MessagePort;
}

/** What `node.ts` tells a worker. */
export type NodeOrder =
  /** Load the program; first of all. */
  | {
      readonly type: 'load';
      readonly control: MessagePort;
      readonly worker: number;
      /** Address of the compiled program, an ES module. */
      readonly programUrl: string;
      /** Data set → its rows as JSON. */
      readonly data: Readonly<Record<string, string>>;
      /** Where every line goes that the program prints, if anybody prints them. */
      readonly lines?: { readonly port: MessagePort; readonly colours: boolean };
      /** Where it notes which callback it is in. */
      readonly station: SharedArrayBuffer;
      /** What wakes the worker; left out where no line is of shared memory. */
      readonly bell?: SharedArrayBuffer;
    }
  /** The line to another worker of the run, in place of one that was there. */
  | {
      readonly type: 'connect';
      readonly worker: number;
      readonly line: LineEnd;
      /** Which worker of its number it leads to, from 0. */
      readonly replaced: number;
    };

/** One end of a line between two workers. */
export interface LineEnd {
  readonly port: MessagePort;
  /** Left out: everything goes by the port. */
  readonly memory?: LineMemory;
}

function begin(orders: MessagePort): void {
  let program: ProgramWorker | null = null;
  const print: Print = (...line) => program?.print(...line);
  captureConsole(print);
  process.on('uncaughtException', (error) => program?.uncaught(error));
  process.on('unhandledRejection', (reason) => program?.uncaught(reason));
  evaluateLoops();
  orders.on('message', (order: NodeOrder) => {
    if (order.type === 'load') program = load(order);
    else program?.connect(order.worker, transportOf(order.line), order.replaced);
  });
}

function transportOf({ port, memory }: LineEnd): Transport {
  return memory ? sharedRingTransport(memory, portOf(port)) : messagePortTransport(portOf(port));
}

function load(order: Extract<NodeOrder, { type: 'load' }>): ProgramWorker {
  const { control, worker, programUrl, data, bell, lines, station } = order;
  const scheduler = realScheduler();
  provideProgramGlobals(data);
  return runProgram({
    worker,
    processors: availableParallelism(),
    control: portOf(control),
    scheduler,
    defer: (task) => void setImmediate(task),
    ...(bell && { bell: sharedBell(bell) }),
    load: () => import(programUrl),
    onEntering: stationWriter(station),
    ...(lines && { onLine: lineWriter(lines.port, lines.colours) }),
  });
}

/** `node.ts` is the only one to start this script. */
function isBoot(data: unknown): data is NodeBoot {
  return typeof data === 'object' && data !== null && 'orders' in data;
}

const boot: unknown = workerData;
if (isBoot(boot)) begin(boot.orders);
