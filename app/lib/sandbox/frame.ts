/**
 * What runs in the sandbox frame: a document of an opaque origin that makes the workers for learner code, and nothing
 * else. Bundled into the frame's only script. It never runs learner code itself (a frame has more powers than a
 * worker), holds no data, and passes on nothing that a worker says: control ports lead from the page straight to the
 * workers, and pairs of workers talk to each other directly.
 */
import { ENGINE_MARK } from './engine-mark.ts';
import type { FromFrame, SpawnRequest, ToFrame, WorkerBoot } from './protocol.ts';

/** Uncaught errors that are passed on per worker; a loop that throws must not flood the page. */
const MAX_ERRORS = 20;

/** The worker says so before its script begins, which tells a worker that works from one that cannot be made. */
const LOADED = 'loaded';

let running: readonly (Worker | null)[] = [];

addEventListener('message', function accept(event: MessageEvent<unknown>) {
  const [page] = event.ports;
  if (event.source !== parent || !page) return;
  removeEventListener('message', accept);
  page.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    if (data.type === 'ping') tell(page, { type: 'pong', id: data.id });
    else if (data.type === 'terminate') running[data.worker]?.terminate();
    else void spawn(page, data);
  };
  tell(page, { type: 'ready', isolated: crossOriginIsolated });
});

function tell(page: MessagePort, message: FromFrame): void {
  page.postMessage(message);
}

/** Makes one worker per control port, and a channel between every two of them. */
async function spawn(page: MessagePort, request: SpawnRequest): Promise<void> {
  const { controls, program, data, virtual } = request;
  const workers = controls.length;
  const made = await Promise.all(controls.map((_, worker) => makeWorker(page, request.script, worker)));
  const peers = controls.map((): (MessagePort | null)[] => controls.map(() => null));
  peers.forEach((own, a) => {
    for (let b = a + 1; b < workers; b += 1) {
      const { port1, port2 } = new MessageChannel();
      own[b] = port1;
      const other = peers[b];
      if (other) other[a] = port2;
    }
  });
  running = made;
  made.forEach((worker, index) => {
    const control = controls[index];
    const own = peers[index];
    if (!worker || !control || !own) return;
    const boot: WorkerBoot = { type: 'boot', program, data, control, peers: own, worker: index, workers };
    const ports = [control, ...own.filter((port) => port !== null)];
    worker.postMessage(virtual ? { ...boot, virtual } : boot, ports);
  });
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
