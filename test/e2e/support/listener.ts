import { openLocalServer, type LocalServer } from './local-server.ts';

/** A server of this machine that hears whoever calls, by whatever protocol, and lets everybody in. */
export class Listener {
  readonly #local: LocalServer;
  /** Paths that were asked for. */
  readonly heard: string[] = [];
  /** Connections, whatever came of them. */
  connections = 0;

  private constructor(local: LocalServer) {
    this.#local = local;
  }

  static async open(): Promise<Listener> {
    const local = await openLocalServer();
    const { server } = local;
    const listener = new Listener(local);
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

  get origin(): string {
    return this.#local.origin;
  }

  async close(): Promise<void> {
    await this.#local.close();
  }
}
