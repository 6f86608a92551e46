/**
 * What runs in the sandbox frame: a document of an opaque origin that makes the workers for learner code, and nothing
 * else. Bundled into the frame's only script. It never runs learner code itself (a frame has more powers than a
 * worker), holds no data, and passes on nothing that a worker says: control ports lead from the page straight to the
 * workers, and pairs of workers talk to each other directly.
 */
import { ENGINE_MARK } from './engine-mark.ts';
import type { BrowserOrder, LineEnd, WorkerLeft } from '#engine/platform/worker-orders.ts';
import { readStation, stationMemory } from '#engine/platform/station.ts';
import { bellMemory, lineMemory } from '#engine/transport/line-memory.ts';
import type { FromFrame, SpawnRequest, ToFrame, WarmRequest } from './protocol.ts';

/** Uncaught errors that are passed on per worker; a loop that throws must not flood the page. */
const MAX_ERRORS = 20;

/** The worker says so before its script begins, which tells a worker that works from one that cannot be made. */
const LOADED = 'loaded';

/** Runs that one worker serves at most: every program that was loaded stays in its memory, whatever becomes of it. */
const MAX_RUNS = 20;

/** A worker says by then whether it is as it was before the run, ms. */
const LEAVE_WITHIN_MS = 300;

/** A worker and the port for its orders, which wait there until its script runs. */
interface Member {
  /** Its number in the run. */
  index: number;
  readonly worker: Promise<Worker | null>;
  readonly orders: MessagePort;
  /** What wakes it, where there is memory to share. */
  readonly bell: SharedArrayBuffer | null;
  /** Programs it has loaded. */
  runs: number;
}

/** The workers of a run, of the one before, or those that wait for the first. */
interface Crew {
  /** `null` before the first run. */
  readonly request: SpawnRequest | null;
  readonly members: Member[];
  readonly started: Set<number>;
  /** Where each that was started notes which callback runs; none where there is no memory to share. */
  readonly stations: SharedArrayBuffer[];
  /** How often each has been replaced. */
  readonly replaced: number[];
}

addEventListener('message', function accept(event: MessageEvent<unknown>) {
  const [page] = event.ports;
  if (event.source !== parent || !page) return;
  removeEventListener('message', accept);
  let crew: Crew = { request: null, members: [], started: new Set(), stations: [], replaced: [] };
  page.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    switch (data.type) {
      case 'ping':
        // Only here: memory cannot be shared with the page.
        return tell(page, { type: 'pong', id: data.id, entered: Array.from(crew.stations, readStation) });
      case 'warm':
        return fill(page, crew.members, data);
      case 'spawn':
        crew = crewFor(page, data, crew.members);
        return;
      case 'start':
        return start(page, crew, data.worker, data.control);
      case 'replace':
        terminate(crew.members[data.worker]);
        delete crew.members[data.worker];
        crew.replaced[data.worker] = (crew.replaced[data.worker] ?? 0) + 1;
        return start(page, crew, data.worker, data.control);
      case 'terminate':
        return terminate(crew.members[data.worker]);
      case 'leave':
        return void leave(crew).then((clean) => tell(page, { type: 'left', clean }));
    }
  };
  tell(page, { type: 'ready', isolated: crossOriginIsolated });
});

function tell(page: MessagePort, message: FromFrame): void {
  page.postMessage(message);
}

/** The workers of a run: those that wait and may serve one more, then new ones. Hidden runs get none that another had. */
function crewFor(page: MessagePort, request: SpawnRequest, waiting: readonly Member[]): Crew {
  const limit = request.virtual ? 1 : MAX_RUNS;
  const members = waiting.filter(({ runs }) => runs < limit).slice(0, request.count);
  for (const member of waiting) if (!members.includes(member)) terminate(member);
  members.forEach((member, index) => (member.index = index));
  fill(page, members, request);
  return { request, members, started: new Set(), stations: [], replaced: [] };
}

/** Makes workers until there are so many, all at the same time. */
function fill(page: MessagePort, members: Member[], { script, count }: WarmRequest | SpawnRequest): void {
  while (members.length < count) members.push(newMember(page, script, members.length));
}

function newMember(page: MessagePort, script: string, index: number): Member {
  const { port1: orders, port2 } = new MessageChannel();
  const worker = makeWorker(script, (failure) =>
    tell(page, { type: 'workerFailed', worker: member.index, ...failure }),
  );
  const bell = crossOriginIsolated ? bellMemory() : null;
  const member: Member = { index, worker, orders, bell, runs: 0 };
  void worker.then((made) => made?.postMessage(null, [port2]));
  return member;
}

/** Lets a worker load the program, and lays its lines to the others that have been started. */
function start(page: MessagePort, crew: Crew, index: number, control: MessagePort): void {
  const { request, members, started, stations, replaced } = crew;
  if (!request) return;
  const own = (members[index] ??= newMember(page, request.script, index));
  const { program, data, virtual } = request;
  const { bell } = own;
  const station = bell && !virtual ? stationMemory() : null;
  if (station) stations[index] = station;
  const load = {
    type: 'load',
    program,
    data,
    control,
    worker: index,
    ...(bell && { bell }),
    ...(station && { station }),
  } as const;
  own.runs += 1;
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

/** Lets the workers of a run go of its program; whether all are as they were before. */
async function leave({ members, started }: Crew): Promise<boolean> {
  const left = [...started].map(async (index) => {
    const member = members[index];
    if (!member) return false;
    const { orders } = member;
    const answer = new Promise<boolean>((resolve) => {
      orders.onmessage = ({ data }: MessageEvent<WorkerLeft>) => resolve(data.leftovers === null);
    });
    give(member, { type: 'leave' });
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), LEAVE_WITHIN_MS));
    return await Promise.race([answer, late]);
  });
  return (await Promise.all(left)).every((clean) => clean);
}

function terminate(member: Member | undefined): void {
  void member?.worker.then((worker) => worker?.terminate());
}

function give({ orders }: Member, order: BrowserOrder, ...ports: MessagePort[]): void {
  orders.postMessage(order, ports);
}

/** Both ends of a new line. */
function lineEnds(one: Member, other: Member): readonly [LineEnd<MessagePort>, LineEnd<MessagePort>] {
  const { port1, port2 } = new MessageChannel();
  if (!one.bell || !other.bell) return [{ port: port1 }, { port: port2 }];
  // Only here: memory cannot be shared with the page.
  const [memory, otherMemory] = lineMemory(one.bell, other.bell);
  return [
    { port: port1, memory },
    { port: port2, memory: otherMemory },
  ];
}

/** What the page is told of a worker that failed. */
type Failure = Omit<Extract<FromFrame, { type: 'workerFailed' }>, 'type' | 'worker'>;

/** Resolves to a worker whose script runs, or to `null` when it has been told why there is none. */
async function makeWorker(script: string, onFailure: (failure: Failure) => void): Promise<Worker | null> {
  const text = `postMessage(${JSON.stringify(LOADED)});${script}`;
  const worker = (await fromBlob(text)) ?? (await load(fromData(text)));
  if (!worker) {
    onFailure({ message: 'This browser made no worker in the sandbox', fatal: true });
    return null;
  }
  let errors = 0;
  worker.onerror = (event) => {
    event.preventDefault();
    if ((errors += 1) > MAX_ERRORS) return;
    const { message, filename, lineno, colno } = event;
    onFailure({ message, stack: `${message}\n    at ${filename}:${lineno}:${colno}`, fatal: false });
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

async function fromBlob(text: string): Promise<Worker | null> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = await load(new Worker(`${url}${ENGINE_MARK}`));
  URL.revokeObjectURL(url);
  return worker;
}

/** Where an isolated opaque frame cannot make workers of blobs (WebKit). */
function fromData(text: string): Worker {
  return new Worker(`data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`);
}
