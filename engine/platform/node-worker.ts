/** The script of a Node worker, bundled to one file. Its worker data say what it runs. */
import { availableParallelism } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { realScheduler } from '../time/scheduler.ts';
import { messagePortTransport } from '../transport/message-port.ts';
import { sharedBell } from '../transport/shared-bell.ts';
import { sharedRingTransport } from '../transport/shared-ring.ts';
import type { Transport } from '../transport/transport.ts';
import { captureConsole } from './console-capture.ts';
import { evaluateLoops } from './evaluate-loops.ts';
import { sharedObjects } from './freeze-shared.ts';
import * as learnerApi from './learner-api.ts';
import { Leftovers } from './leftovers.ts';
import { lineWriter } from './node-lines.ts';
import { portOf } from './node-port.ts';
import { stationWriter } from './station.ts';
import {
  provideProgramData,
  provideProgramGlobals,
  runProgram,
  type ProgramWorker,
  type WorkerEnvironment,
} from './program-worker.ts';
import type { ConnectOrder, LeaveOrder, LineEnd, WorkerLeft } from './worker-orders.ts';

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
      /** Where it notes which callback it is in, if anybody looks. */
      readonly station?: SharedArrayBuffer;
      /** What wakes the worker; left out where no line is of shared memory. */
      readonly bell?: SharedArrayBuffer;
    }
  | ConnectOrder<MessagePort>
  | LeaveOrder;

// Taken hold of before programs are: who looks for them afterwards is noticed.
const later = setImmediate;
const memoryUsage = process.memoryUsage.bind(process);
const resources = process.getActiveResourcesInfo.bind(process);

function begin(orders: MessagePort): void {
  let program: ProgramWorker | null = null;
  const scheduler = realScheduler();
  const forgetCounts = captureConsole((...line) => program?.print(...line));
  process.on('uncaughtException', (error) => program?.uncaught(error));
  process.on('unhandledRejection', (reason) => program?.uncaught(reason));
  evaluateLoops();
  const timers = provideProgramGlobals();
  const leftovers = new Leftovers({
    timers,
    heapUsed: () => memoryUsage().heapUsed,
    resources,
    shared: () => sharedObjects(Object.values(learnerApi)),
  });
  leftovers.watchPowers();
  orders.on('message', (order: NodeOrder) => {
    if (order.type === 'load') program = load(order, { scheduler, leftovers });
    else if (order.type === 'connect') {
      program?.connect(order.worker, transportOf(order.line), order.replaced);
    } else {
      void program?.leave().then((left) => {
        program = null;
        forgetCounts();
        const answer: WorkerLeft = { leftovers: left };
        orders.postMessage(answer);
      });
    }
  });
}

function transportOf({ port, memory }: LineEnd<MessagePort>): Transport {
  return memory ? sharedRingTransport(memory, portOf(port)) : messagePortTransport(portOf(port));
}

function load(
  { control, worker, programUrl, data, bell, lines, station }: Extract<NodeOrder, { type: 'load' }>,
  own: Pick<WorkerEnvironment, 'scheduler' | 'leftovers'>,
): ProgramWorker {
  provideProgramData(data);
  return runProgram({
    ...own,
    worker,
    processors: availableParallelism(),
    control: portOf(control),
    defer: (task) => void later(task),
    ...(bell && { bell: sharedBell(bell) }),
    load: () => import(programUrl),
    isProgram: (script) => script === programUrl,
    ...(station && { onEntering: stationWriter(station) }),
    ...(lines && { onLine: lineWriter(lines.port, lines.colours) }),
  });
}

/** `node.ts` is the only one to start this script. */
function isBoot(data: unknown): data is NodeBoot {
  return typeof data === 'object' && data !== null && 'orders' in data;
}

const boot: unknown = workerData;
if (isBoot(boot)) begin(boot.orders);
