/** A worker between two lines of shared memory: what comes by the one leaves by the other. For the laws of lines. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { portOf } from '../../../engine/platform/node-port.ts';
import type { LineMemory } from '../../../engine/transport/line-memory.ts';
import { sharedBell } from '../../../engine/transport/shared-bell.ts';
import { sharedRingTransport } from '../../../engine/transport/shared-ring.ts';

export interface Relay {
  readonly bell: SharedArrayBuffer;
  readonly lines: readonly [Line, Line];
}

interface Line {
  readonly memory: LineMemory;
  readonly port: MessagePort;
}

const { bell: memory, lines } = workerData as Relay;
const bell = sharedBell(memory);
const [one, other] = lines.map((line) => sharedRingTransport(line.memory, portOf(line.port)));
one?.receive((batch) => other?.send(batch));
other?.receive((batch) => one?.send(batch));

/** As a worker does that has nothing else to do. */
function relay(): void {
  const { rung } = bell;
  if (one?.poll?.() || other?.poll?.()) setImmediate(relay);
  else bell.whenRung(rung, relay);
}
relay();
parentPort?.on('message', (id) => {
  one?.poll?.();
  other?.poll?.();
  setImmediate(() => parentPort?.postMessage(id));
});
