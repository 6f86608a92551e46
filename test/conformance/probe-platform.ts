import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import {
  parseFromWorker,
  traceError,
  type Crew,
  type FromWorker,
  type Platform,
  type RemoteEnvelope,
  type StageMessage,
  type WorkerLink,
} from 'sluice';
import type { NodeProgram } from '../../engine/platform/node.ts';
import type { NodeBoot, NodeOrder } from '../../engine/platform/node-worker.ts';
import { stationMemory } from '../../engine/platform/station.ts';
import { portOf } from '../../engine/platform/node-port.ts';
import { bellMemory, lineMemory } from '../../engine/transport/line-memory.ts';
import { messagePortTransport } from '../../engine/transport/message-port.ts';
import type { Transport } from '../../engine/transport/transport.ts';
import { PROBE } from './probe.ts';

/** A line between this thread and one worker, and what has crossed it, in envelopes. */
interface Line {
  readonly transport: Transport;
  sent: number;
  received: number;
}

/** A thread that was started, and how to give it orders. */
interface Started {
  readonly link: WorkerLink;
  readonly order: (order: NodeOrder, port: MessagePort) => void;
  readonly bell: SharedArrayBuffer;
}

/**
 * Threads of a run to which this thread is one more worker, that of the probe. The run does not know of it: the workers do,
 * and what crosses to and from it is taken out of what they report.
 */
export class ProbePlatform implements Platform {
  readonly name = 'node with a probe';
  readonly #program: NodeProgram;
  readonly #onEnvelope: (envelope: RemoteEnvelope) => void;
  #lines: Line[] = [];

  constructor(program: NodeProgram, onEnvelope: (envelope: RemoteEnvelope) => void) {
    this.#program = program;
    this.#onEnvelope = onEnvelope;
  }

  /** Sends a stage a message of the probe's. */
  send(worker: number, to: string, message: StageMessage): void {
    const line = this.#lines[worker];
    if (!line) return;
    line.sent += 1;
    line.transport.send([{ to, from: PROBE, cause: null, message }]);
  }

  spawn(count: number): Promise<Crew> {
    const started: Started[] = [];
    const { transport = 'ring' } = this.#program;
    const end = () => started.forEach(({ link }) => link.terminate());
    const start = (worker: number): WorkerLink => {
      const own = this.#startOne(worker, count);
      for (const [other, peer] of started.entries()) {
        const { port1, port2 } = new MessageChannel();
        const [memory, theirs] = transport === 'ring' ? lineMemory(own.bell, peer.bell) : [];
        const [line, ofPeer] = [
          { port: port1, ...(memory && { memory }) },
          { port: port2, ...(theirs && { memory: theirs }) },
        ];
        own.order({ type: 'connect', worker: other, line, replaced: 0 }, port1);
        peer.order({ type: 'connect', worker, line: ofPeer, replaced: 0 }, port2);
      }
      // The last of its peers is this thread, which shares no memory.
      const { port1, port2 } = new MessageChannel();
      this.#lines.push(this.#line(port1));
      own.order({ type: 'connect', worker: count, line: { port: port2 }, replaced: 0 }, port2);
      started.push(own);
      return own.link;
    };
    const replace = () => {
      throw new Error('Cannot replace a worker as the probe has no second line to it');
    };
    return Promise.resolve({ transport, start, replace, release: end, end });
  }

  #line(port: MessagePort): Line {
    const line: Line = { transport: messagePortTransport(portOf(port)), sent: 0, received: 0 };
    line.transport.receive((envelopes) => {
      line.received += envelopes.length;
      for (const envelope of envelopes) this.#onEnvelope(envelope);
    });
    return line;
  }

  /** @param probe - Number of the probe's worker. */
  #startOne(worker: number, probe: number): Started {
    const { workerFile, programUrl, data = {} } = this.#program;
    const { port1: orders, port2: theirs } = new MessageChannel();
    const boot: NodeBoot = { orders: theirs };
    const thread = new Worker(workerFile, { workerData: boot, transferList: [theirs] });
    const order: Started['order'] = (one, port) => orders.postMessage(one, [port]);
    const { port1: control, port2: ofWorker } = new MessageChannel();
    const bell = bellMemory();
    const load = { type: 'load', control: ofWorker, worker, programUrl, data } as const;
    order({ ...load, bell, station: stationMemory() }, ofWorker);
    const link: WorkerLink = {
      post: (message) =>
        control.postMessage(
          message.type === 'start'
            ? { ...message, placement: { ...message.placement, [PROBE]: probe } }
            : message,
        ),
      onMessage: (listener) =>
        void control.on('message', (message: unknown) =>
          listener(this.#lessCrossings(parseFromWorker(message), worker)),
        ),
      onFailure: (listener) => void thread.on('error', (error) => listener(traceError(error))),
      terminate: () => {
        this.#lines[worker]?.transport.close();
        control.close();
        orders.close();
        void thread.terminate();
      },
    };
    return { link, order, bell };
  }

  #lessCrossings(message: FromWorker, worker: number): FromWorker {
    const line = this.#lines[worker];
    if (!line || (message.type !== 'telemetry' && message.type !== 'pong')) return message;
    return { ...message, sent: message.sent - line.received, received: message.received - line.sent };
  }
}
