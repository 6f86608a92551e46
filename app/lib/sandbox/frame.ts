/**
 * What runs in the sandbox frame: a document of an opaque origin that makes the workers for learner code, and nothing
 * else. Bundled into the frame's only script. It never runs learner code itself (a frame has more powers than a
 * worker), holds no data, and passes on nothing that a worker says: control ports lead from the page straight to the
 * workers, and pairs of workers talk to each other directly.
 */
import { ENGINE_MARK } from './engine-mark.ts';
import { bellMemory, lineMemory } from '#engine/transport/line-memory.ts';
import type { FromFrame, LineEnd, SpawnRequest, ToFrame, WorkerOrder } from './protocol.ts';

/** Uncaught errors that are passed on per worker; a loop that throws must not flood the page. */
const MAX_ERRORS = 20;

/** The worker says so before its script begins, which tells a worker that works from one that cannot be made. */
const LOADED = 'loaded';

/** A worker and the port for its orders, which wait there until its script runs. */
interface Member {
  readonly worker: Promise<Worker | null>;
  readonly orders: MessagePort;
  /** What wakes it, where there is memory to share. */
  readonly bell: SharedArrayBuffer | null;
}

/** The workers of a run. */
interface Crew {
  readonly request: SpawnRequest;
  readonly members: Member[];
  readonly started: Set<number>;
  /** How often each has been replaced. */
  readonly replaced: number[];
}

addEventListener('message', function accept(event: MessageEvent<unknown>) {
  const [page] = event.ports;
  if (event.source !== parent || !page) return;
  removeEventListener('message', accept);
  let crew: Crew | null = null;
  page.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    if (data.type === 'ping') return tell(page, { type: 'pong', id: data.id });
    if (data.type === 'spawn') return void (crew = spawn(page, data));
    if (!crew) return;
    if (data.type === 'start') return start(page, crew, data.worker, data.control);
    terminate(crew.members[data.worker]);
    if (data.type === 'terminate') return;
    delete crew.members[data.worker];
    crew.replaced[data.worker] = (crew.replaced[data.worker] ?? 0) + 1;
    start(page, crew, data.worker, data.control);
  };
  tell(page, { type: 'ready', isolated: crossOriginIsolated });
});

function tell(page: MessagePort, message: FromFrame): void {
  page.postMessage(message);
}

/** Makes workers, all at the same time. */
function spawn(page: MessagePort, request: SpawnRequest): Crew {
  const members = Array.from({ length: request.count }, (_, worker) => member(page, request, worker));
  return { request, members, started: new Set(), replaced: [] };
}

function member(page: MessagePort, { script }: SpawnRequest, index: number): Member {
  const { port1: orders, port2 } = new MessageChannel();
  const worker = makeWorker(page, script, index);
  void worker.then((made) => made?.postMessage(null, [port2]));
  return { worker, orders, bell: crossOriginIsolated ? bellMemory() : null };
}

/** Lets a worker load the program, and lays its lines to the others that have been started. */
function start(page: MessagePort, crew: Crew, index: number, control: MessagePort): void {
  const { request, members, started, replaced } = crew;
  const own = (members[index] ??= member(page, request, index));
  const { program, data, virtual } = request;
  const { bell } = own;
  const load = { type: 'load', program, data, control, worker: index, ...(bell && { bell }) } as const;
  give(own, virtual ? { ...load, virtual } : load, control);
  started.add(index);
  for (const other of started) {
    const peer = members[other];
    if (other === index || !peer) continue;
    const [ours, theirs] = lineEnds(own, peer);
    const [toOwn, toPeer] = [replaced[index] ?? 0, replaced[other] ?? 0];
    give(own, { type: 'connect', worker: other, line: ours, replaced: toPeer }, ours.port);
    give(peer, { type: 'connect', worker: index, line: theirs, replaced: toOwn }, theirs.port);
  }
}

function terminate(member: Member | undefined): void {
  void member?.worker.then((worker) => worker?.terminate());
}

function give({ orders }: Member, order: WorkerOrder, ...ports: MessagePort[]): void {
  orders.postMessage(order, ports);
}

/** Both ends of a new line. */
function lineEnds(one: Member, other: Member): readonly [LineEnd, LineEnd] {
  const { port1, port2 } = new MessageChannel();
  if (!one.bell || !other.bell) return [{ port: port1 }, { port: port2 }];
  // Only here: memory cannot be shared with the page.
  const [memory, otherMemory] = lineMemory(one.bell, other.bell);
  return [
    { port: port1, memory },
    { port: port2, memory: otherMemory },
  ];
}

/** Resolves to a worker whose script runs, or to `null` when the page has been told why there is none. */
async function makeWorker(page: MessagePort, script: string, index: number): Promise<Worker | null> {
  const text = `postMessage(${JSON.stringify(LOADED)});${script}`;
  const worker = (await load(fromBlob(text))) ?? (await load(fromData(text)));
  if (!worker) {
    tell(page, {
      type: 'workerFailed',
      worker: index,
      message: 'This browser made no worker in the sandbox',
      fatal: true,
    });
    return null;
  }
  let errors = 0;
  worker.onerror = (event) => {
    event.preventDefault();
    if ((errors += 1) > MAX_ERRORS) return;
    const { message, filename, lineno, colno } = event;
    const stack = `${message}\n    at ${filename}:${lineno}:${colno}`;
    tell(page, { type: 'workerFailed', worker: index, message, stack, fatal: false });
  };
  return worker;
}

function load(worker: Worker): Promise<Worker | null> {
  return new Promise((resolve) => {
    worker.onmessage = () => {
      worker.onmessage = null;
      resolve(worker);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      resolve(null);
    };
  });
}

function fromBlob(text: string): Worker {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return new Worker(`${url}${ENGINE_MARK}`);
}

/** Where an isolated opaque frame cannot make workers of blobs (WebKit). */
function fromData(text: string): Worker {
  return new Worker(`data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`);
}
