import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';

const BUILD = resolve(import.meta.dirname, '../../../build');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** The built site as a static host without any settings serves it, in a folder of the host. */
export class StaticSite {
  readonly address: string;
  /** Paths for which there was nothing. */
  readonly missing: string[] = [];
  readonly #close: () => Promise<void>;

  private constructor(address: string, close: () => Promise<void>) {
    this.address = address;
    this.#close = close;
  }

  /** @param folder such as `/sluice` */
  static async open(folder: string): Promise<StaticSite> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const site = new StaticSite(`http://127.0.0.1:${port}${folder}`, async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
    server.on('request', (request, response) => {
      const { pathname, search } = new URL(request.url ?? '/', 'http://host');
      if (isFolder(pathname.slice(folder.length)) && !pathname.endsWith('/')) {
        response.writeHead(301, { Location: `${pathname}/${search}` }).end();
        return;
      }
      const file = pathname.startsWith(`${folder}/`) ? fileOf(pathname.slice(folder.length)) : null;
      if (file === null) {
        site.missing.push(pathname);
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
      createReadStream(file).pipe(response);
    });
    return site;
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

function isFolder(path: string): boolean {
  return statSync(join(BUILD, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function fileOf(path: string): string | null {
  const asked = join(BUILD, decodeURIComponent(path));
  const candidates = [asked, `${asked}.html`, join(asked, 'index.html')];
  return (
    candidates.find((file) => file.startsWith(BUILD) && existsSync(file) && statSync(file).isFile()) ?? null
  );
}
