import type { Plugin } from 'vite';

const PREFIX = 'virtual:sluice-data/';

/** Where the dev server offers the rows; a build has them among its hashed assets. */
const DEV_PATH = '/@sluice-data/';

/** Data set → its rows. Decoded here, so that a page hands them to the sandbox as they come from the network. */
const ROWS: Readonly<Record<string, () => Promise<readonly unknown[]>>> = {
  chapters: async () => (await import('../../lessons/data/index.ts')).chapters,
  earthquakes: async () => (await import('../../lessons/data/index.ts')).earthquakes,
  flights: async () => (await import('../../lessons/data/index.ts')).flights,
};

/** `virtual:sluice-data/flights`: the address of the rows of a data set, as JSON. */
export function dataSetsPlugin(): Plugin {
  let base = '/';
  let isBuild = false;
  return {
    name: 'sluice:data-sets',
    configResolved(config) {
      base = config.base;
      isBuild = config.command === 'build';
    },
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const name = id.slice(PREFIX.length + 1);
      const rows = ROWS[name];
      if (!rows) throw new Error(`Cannot offer a data set as its name must be known: received "${name}"`);
      if (!isBuild)
        return `export default ${JSON.stringify(`${base.replace(/\/$/, '')}${DEV_PATH}${name}.json`)};`;
      const file = this.emitFile({
        type: 'asset',
        name: `${name}.json`,
        source: JSON.stringify(await rows()),
      });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const path = request.url?.slice(request.url.indexOf(DEV_PATH)) ?? '';
        const name = /^\/@sluice-data\/(\w+)\.json$/.exec(path)?.[1] ?? '';
        const rows = ROWS[name];
        if (!rows) return next();
        response.setHeader('content-type', 'application/json');
        void rows().then((all) => response.end(JSON.stringify(all)), next);
      });
    },
  };
}
