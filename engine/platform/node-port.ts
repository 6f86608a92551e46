import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { Port } from '../transport/message-port.ts';

/** A port of Node's worker_threads. */
export function portOf(port: MessagePort): Port {
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    listen: (listener) => void port.on('message', listener),
    take: () => {
      const received: { readonly message: unknown } | undefined = receiveMessageOnPort(port);
      return received;
    },
    close: () => port.close(),
  };
}
