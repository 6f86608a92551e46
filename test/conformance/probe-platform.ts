import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import {
  parseFromWorker,
  traceError,
  type FromWorker,
  type Platform,
  type RemoteEnvelope,
  type StageMessage,
  type WorkerLink,
} from 'sluice';
import type { NodeProgram } from '../../engine/platform/node.ts';
import type { NodeBoot } from '../../engine/platform/node-worker.ts';
import { portOf } from '../../engine/platform/node-port.ts';
import { messagePortTransport } from '../../engine/transport/message-port.ts';
import type { Transport } from '../../engine/transport/transport.ts';
import { PROBE } from './probe.ts';

/** A line between this thread and one worker, and what has crossed it, in envelopes. */
interface Line {
  readonly transport: Transport;
  sent: number;
  received: number;
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

  spawn(count: number): Promise<readonly WorkerLink[]> {
    const peers = Array.from({ length: count }, (): (MessagePort | null)[] => []);
    for (let a = 0; a < count; a++) {
      peers[a]?.splice(a, 1, null);
      for (let b = a + 1; b < count; b++) {
        const { port1, port2 } = new MessageChannel();
        peers[a]?.splice(b, 1, port1);
        peers[b]?.splice(a, 1, port2);
      }
    }
    const links = peers.map((own, worker) => {
      const { port1, port2 } = new MessageChannel();
      this.#lines.push(this.#line(port1));
      return this.#spawnOne({ worker, workers: count + 1, peers: [...own, port2] });
    });
    return Promise.resolve(links);
  }

  #line(port: MessagePort): Line {
    const line: Line = { transport: messagePortTransport(portOf(port)), sent: 0, received: 0 };
    line.transport.receive((envelopes) => {
      line.received += envelopes.length;
      for (const envelope of envelopes) this.#onEnvelope(envelope);
    });
    return line;
  }

  #spawnOne(place: Pick<NodeBoot, 'worker' | 'workers' | 'peers'>): WorkerLink {
    const { workerFile, programUrl, data = {} } = this.#program;
    const { port1: control, port2: theirs } = new MessageChannel();
    const boot: NodeBoot = { ...place, control: theirs, programUrl, data };
    const ports = [theirs, ...place.peers.filter((port) => port !== null)];
    const thread = new Worker(workerFile, { workerData: boot, transferList: ports });
    // The last of its peers is this thread.
    const known = { [PROBE]: place.workers - 1 };
    return {
      post: (message) =>
        control.postMessage(
          message.type === 'start' ? { ...message, placement: { ...message.placement, ...known } } : message,
        ),
      onMessage: (listener) =>
        void control.on('message', (message: unknown) =>
          listener(this.#lessCrossings(parseFromWorker(message), place.worker)),
        ),
      onFailure: (listener) => void thread.on('error', (error) => listener(traceError(error))),
      terminate: () => {
        this.#lines[place.worker]?.transport.close();
        control.close();
        void thread.terminate();
      },
    };
  }

  #lessCrossings(message: FromWorker, worker: number): FromWorker {
    const line = this.#lines[worker];
    if (!line || (message.type !== 'telemetry' && message.type !== 'pong')) return message;
    return { ...message, sent: message.sent - line.received, received: message.received - line.sent };
  }
}
