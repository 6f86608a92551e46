import { putArraysBack } from '../stage/array-integrity.ts';
import type { Port } from '../transport/message-port.ts';

/** How a message's data is read. Taken when this script begins: a program may change what events answer. */
const readData = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data')?.get;
const { apply } = Reflect;

/**
 * A port of the web. Later changes to the prototypes, by whatever code is loaded then, neither reach it nor get hold of
 * it: a program that had the port would speak for the engine.
 */
export function portOf(port: MessagePort): Port {
  const post = port.postMessage.bind(port);
  const addListener = port.addEventListener.bind(port);
  const start = port.start.bind(port);
  const close = port.close.bind(port);
  return {
    post: (message, transfer) => (transfer ? post(message, [...transfer]) : post(message)),
    listen(listener) {
      addListener('message', (event) => {
        putArraysBack();
        listener(readData ? apply(readData, event, []) : undefined);
      });
      start();
    },
    close: () => close(),
  };
}
