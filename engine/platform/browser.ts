/**
 * The script of a browser worker, bundled to one self-contained text. The sandbox frame makes a worker of it and posts one
 * message, which brings a port: all else comes by that port, as the program can hear what is posted to the worker itself.
 * Learner code is loaded into the same realm, so whatever must keep working is taken hold of first.
 */
import { collectLoops, importLoops } from '../flow/loop-code.ts';
import { planOf } from '../runtime/pipeline.ts';
import type { Print } from '../runtime/print.ts';
import { codeOfPlan } from '../runtime/plan-code.ts';
import { runVirtual } from '../runtime/virtual-run.ts';
import { putArraysBack } from '../stage/array-integrity.ts';
import { sleepOn } from '../time/sleep.ts';
import type { PlanWarning } from '../trace/plan-view.ts';
import { traceError } from '../trace/trace-value.ts';
import { generateRecordCode } from '../transport/encoding/record-code.ts';
import { messagePortTransport, type Port } from '../transport/message-port.ts';
import { sharedBell } from '../transport/shared-bell.ts';
import { sharedRingTransport } from '../transport/shared-ring.ts';
import type { Transport } from '../transport/transport.ts';
import { portOf } from './browser-port.ts';
import { captureConsole } from './console-capture.ts';
import type { Arrays } from './freeze-shared.ts';
import { Leftovers } from './leftovers.ts';
import { lockDown } from './lockdown.ts';
import {
  provideProgramData,
  provideProgramGlobals,
  runProgram,
  seedRandom,
  type ProgramWorker,
  type WorkerEnvironment,
} from './program-worker.ts';
import { stationWriter } from './station.ts';
import type { BrowserOrder, HiddenRun, LineEnd, WorkerLeft } from './worker-orders.ts';

/** Hidden runs that call the same callback again and again still say that they go on this often, ms. */
const TELL_EVERY_MS = 500;

/** Ends the address of scripts that are the engine's own; the frame marks this one so, too. */
const ENGINE_MARK = '#sluice';

/** A dynamic import, as the compiler writes it. */
const IMPORTS = /\bimport\s*\(/;

const later = setTimeout.bind(globalThis);
const cancelLater = clearTimeout.bind(globalThis);
const nowMs = performance.now.bind(performance);
const makeUrl = URL.createObjectURL.bind(URL);
const forgetUrl = URL.revokeObjectURL.bind(URL);
const BlobOfText = Blob;

const clock = performance;

/** Bytes; not every browser tells. */
function heapUsed(): number | null {
  const memory: unknown = Reflect.get(clock, 'memory');
  const used: unknown = typeof memory === 'object' && memory && Reflect.get(memory, 'usedJSHeapSize');
  return typeof used === 'number' ? used : null;
}

const scheduler = {
  nowMs,
  after(delayMs: number, action: () => void) {
    const timer = later(() => {
      putArraysBack();
      action();
    }, delayMs);
    return () => cancelLater(timer);
  },
};

addEventListener('message', function boot(event: MessageEvent<unknown>) {
  const [port] = event.ports;
  if (!port) return;
  removeEventListener('message', boot);
  begin(portOf(port));
});

/** What a worker has whatever program it loads. */
interface Realm extends Pick<WorkerEnvironment, 'processors' | 'scheduler' | 'leftovers' | 'defer'> {
  /** Where the console goes from now on: to the run that is under way. */
  readonly printTo: (print: Print | null) => void;
  /** Locks the realm down when the first program comes. One whose arrays are quick never gets a check. */
  readonly lock: (arrays: Arrays) => void;
}

function begin(orders: Port): void {
  let program: ProgramWorker | null = null;
  let print: Print | null = null;
  const forgetCounts = captureConsole((...line) => print?.(...line));
  captureErrors((error) => program?.uncaught(error));
  const { hardwareConcurrency: processors } = navigator;
  const defer = deferrer();
  const leftovers = new Leftovers({ timers: provideProgramGlobals(), heapUsed });
  const printTo = (next: Print | null) => void (print = next);
  const realm: Realm = { processors, scheduler, leftovers, defer, printTo, lock: lockOnce(leftovers) };
  orders.listen((order) => {
    // The frame is this project's own script: what it says is taken at its word.
    const said = order as BrowserOrder;
    if (said.type === 'load') program = load(said, realm);
    else if (said.type === 'connect') {
      program?.connect(said.worker, transportOf(said.line), said.replaced);
    } else {
      void program?.leave().then((left) => {
        program = null;
        print = null;
        forgetCounts();
        const answer: WorkerLeft = { leftovers: left };
        orders.post(answer);
      });
    }
  });
}

function lockOnce(leftovers: Leftovers): Realm['lock'] {
  let isLocked = false;
  return (arrays) => {
    if (!isLocked) lockDown(arrays, leftovers);
    isLocked = true;
  };
}

/** Loads the program; gives what takes its part in a run, if it is to have one. */
function load(order: Extract<BrowserOrder, { type: 'load' }>, realm: Realm): ProgramWorker | null {
  const { printTo, lock, leftovers, ...own } = realm;
  const control = portOf(order.control);
  provideProgramData(order.data);
  lock(order.virtual ? 'frozen' : 'quick');
  // A policy that refuses `eval` lets modules of blobs in.
  collectLoops();
  generateRecordCode((expression, take) => void importExpression(expression).then(take, () => undefined));
  // It settles whenever it likes.
  if (IMPORTS.test(order.program)) leftovers.leave('it imports while it runs');
  let programUrl = '';
  const loadProgram = () => loadModule(order.program, '', (url) => (programUrl = url));
  const isProgram = (script: string) => script === programUrl;
  if (order.virtual) {
    sleepOn(own.scheduler);
    void runHidden(order.virtual, { control, load: loadProgram, isProgram, onPrint: printTo });
    return null;
  }
  const program = runProgram({
    ...own,
    leftovers,
    worker: order.worker,
    control,
    load: loadProgram,
    isProgram,
    prepare,
    ...(order.bell && { bell: sharedBell(order.bell) }),
    ...(order.station && { onEntering: stationWriter(order.station) }),
  });
  printTo(program.print);
  return program;
}

function transportOf({ port, memory }: LineEnd<MessagePort>): Transport {
  return memory ? sharedRingTransport(memory, portOf(port)) : messagePortTransport(portOf(port));
}

/** Runs the program from its beginning once per request: a module's variables are new each time. */
async function runHidden(
  requests: readonly HiddenRun[],
  {
    control,
    load,
    isProgram,
    onPrint,
  }: {
    readonly control: Port;
    readonly load: () => Promise<unknown>;
    readonly isProgram: (script: string) => boolean;
    readonly onPrint: (print: Print | null) => void;
  },
): Promise<void> {
  const onEntering = progressOn(control);
  try {
    const runs = [];
    let warnings: readonly PlanWarning[] = [];
    for (const request of requests) {
      onEntering(null, null);
      seedRandom(request.seed);
      const plan = planOf(await load());
      await prepare();
      warnings = plan.warnings;
      const run = await runVirtual(plan, { ...request, onPrint, onEntering });
      runs.push({ ...run, plan: { ...run.plan, code: codeOfPlan(plan, isProgram) } });
    }
    control.post({ type: 'virtual', runs, warnings });
  } catch (error) {
    control.post({ type: 'failed', error: traceError(error) });
  }
}

/** Tells where hidden runs are, which names a callback that never returns. Not of every call, but of the last. */
function progressOn(control: Port): (stage: string | null, callback: string | null) => void {
  let told = '';
  let toldMs = -Infinity;
  return (stage, callback) => {
    const entered = `${stage}\n${callback}`;
    const atMs = nowMs();
    if (entered === told && atMs - toldMs < TELL_EVERY_MS) return;
    told = entered;
    toldMs = atMs;
    control.post({ type: 'entering', stage, callback });
  };
}

/** The loops of the program's flows as code of their own, marked as the engine's where a stack names it. */
function prepare(): Promise<number> {
  return importLoops((module) => loadModule(module, ENGINE_MARK));
}

/** What an expression evaluates to; rejects where a policy refuses that. */
async function importExpression(expression: string): Promise<unknown> {
  const module = await loadModule(`export default ${expression};`, ENGINE_MARK);
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : null;
}

async function loadModule(text: string, mark = '', onUrl?: (url: string) => void): Promise<unknown> {
  const url = makeUrl(new BlobOfText([text], { type: 'text/javascript' }));
  onUrl?.(url);
  try {
    const module: unknown = await import(/* @vite-ignore */ `${url}${mark}`);
    return module;
  } finally {
    forgetUrl(url);
  }
}

/** Later turns of the event loop without the 4 ms that browsers put between timers. */
function deferrer(): (task: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  const [sender, receiver] = [portOf(port1), portOf(port2)];
  receiver.listen(() => tasks.shift()?.());
  return (task) => {
    tasks.push(task);
    sender.post(null);
  };
}

function captureErrors(report: (error: unknown) => void): void {
  addEventListener('error', (event) => {
    event.preventDefault();
    report(event.error ?? event.message);
  });
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    report(event.reason);
  });
}
