import { createServer, type Server } from 'node:http';

/** A server of this machine, on a port that was free. */
export interface LocalServer {
  readonly server: Server;
  readonly origin: string;
  close(): Promise<void>;
}

export async function openLocalServer(): Promise<LocalServer> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return {
    server,
    origin: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
