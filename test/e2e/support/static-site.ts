import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { openLocalServer, type LocalServer } from './local-server.ts';

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
  readonly #local: LocalServer;
  /** By file: what stands there instead of the built file. */
  readonly #replaced = new Map<string, string>();

  private constructor(local: LocalServer, folder: string) {
    this.#local = local;
    this.address = `${local.origin}${folder}`;
  }

  /** @param folder such as `/sluice` */
  static async open(folder: string): Promise<StaticSite> {
    const local = await openLocalServer();
    const { server } = local;
    const site = new StaticSite(local, folder);
    server.on('request', (request, response) => {
      const { pathname, search } = new URL(request.url ?? '/', 'http://host');
      if (isFolder(pathname.slice(folder.length)) && !pathname.endsWith('/')) {
        response.writeHead(301, { Location: `${pathname}/${search}` }).end();
        return;
      }
      const file = pathname.startsWith(`${folder}/`) ? fileOf(pathname.slice(folder.length)) : null;
      const replaced = file === null ? undefined : site.#replaced.get(file);
      if (replaced !== undefined) {
        response.writeHead(200, { 'Content-Type': 'text/html' }).end(replaced);
        return;
      }
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

  /** From now on another page stands in the place of this file, as after an update of the site. */
  replace(path: string, html: string): void {
    this.#replaced.set(join(BUILD, path), html);
  }

  async close(): Promise<void> {
    await this.#local.close();
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
