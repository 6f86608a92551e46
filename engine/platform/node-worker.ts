/** The script of a Node worker, bundled to one file. Its worker data say what it runs. */
import { availableParallelism } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { Print } from '../runtime/print.ts';
import { realScheduler } from '../time/scheduler.ts';
import { messagePortTransport } from '../transport/message-port.ts';
import { captureConsole } from './console-capture.ts';
import { evaluateLoops } from './evaluate-loops.ts';
import { portOf } from './node-port.ts';
import { provideProgramGlobals, runProgram, type ProgramWorker } from './program-worker.ts';

/** What `node.ts` gives a worker along. */
export interface NodeBoot {
  readonly control: MessagePort;
  /** By worker; `null` at its own place. */
  readonly peers: readonly (MessagePort | null)[];
  readonly worker: number;
  readonly workers: number;
  /** Address of the compiled program, an ES module. */
  readonly programUrl: string;
  /** Data set → its rows as JSON. */
  readonly data: Readonly<Record<string, string>>;
}

function begin({ control, peers, worker, workers, programUrl, data }: NodeBoot): void {
  let program: ProgramWorker | null = null;
  const scheduler = realScheduler();
  const print: Print = (...line) => program?.print(...line);
  captureConsole(print);
  process.on('uncaughtException', (error) => program?.uncaught(error));
  process.on('unhandledRejection', (reason) => program?.uncaught(reason));
  provideProgramGlobals(data);
  evaluateLoops();
  program = runProgram({
    worker,
    workers,
    processors: availableParallelism(),
    control: portOf(control),
    peers: peers.map((port) => port && messagePortTransport(portOf(port))),
    scheduler,
    defer: (task) => void setImmediate(task),
    load: () => import(programUrl),
  });
}

/** `node.ts` is the only one to start this script. */
function isBoot(data: unknown): data is NodeBoot {
  return typeof data === 'object' && data !== null && 'programUrl' in data;
}

const boot: unknown = workerData;
if (isBoot(boot)) begin(boot);
