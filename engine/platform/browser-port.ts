import type { Port } from '../transport/message-port.ts';

/** A port of the web. Later changes to the prototypes, by whatever code is loaded then, do not reach it. */
export function portOf(port: MessagePort): Port {
  const post = port.postMessage.bind(port);
  const close = port.close.bind(port);
  return {
    post: (message) => post(message),
    listen(listener) {
      port.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data));
      port.start();
    },
    close,
  };
}
