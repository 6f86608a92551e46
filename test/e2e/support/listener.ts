import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of this machine that hears whoever calls, by whatever protocol, and lets everybody in. */
export class Listener {
  readonly origin: string;
  /** Paths that were asked for. */
  readonly heard: string[] = [];
  /** Connections, whatever came of them. */
  connections = 0;
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.origin = `http://127.0.0.1:${port}`;
    this.#close = close;
  }

  static async open(): Promise<Listener> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const listener = new Listener(port, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    server.on('connection', () => (listener.connections += 1));
    server.on('request', (request, response) => {
      listener.heard.push(request.url ?? '');
      const script = request.url?.endsWith('.js') ?? false;
      response.writeHead(200, {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Headers': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'Content-Type': script ? 'text/javascript' : 'text/html',
      });
      response.end(script ? 'self.loaded = true;' : '<!doctype html><title>Listener</title>');
    });
    server.on('upgrade', (request, socket) => {
      listener.heard.push(request.url ?? '');
      socket.destroy();
    });
    return listener;
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
