import type { Plugin } from 'vite';
import { learnerTypes, type LearnerTypes } from './learner-types.ts';

const TYPES = 'virtual:sluice-types';
const EXPORTS = 'virtual:sluice-exports';

/** What the editor shows of `sluice`, and what the compiler lets a program import, as modules made from the sources. */
export function learnerTypesPlugin(): Plugin {
  let root = '';
  let made: LearnerTypes | null = null;
  return {
    name: 'sluice:learner-types',
    configResolved(config) {
      root = config.root;
    },
    resolveId: (id) => (id === TYPES || id === EXPORTS ? `\0${id}` : undefined),
    load(id) {
      if (id !== `\0${TYPES}` && id !== `\0${EXPORTS}`) return undefined;
      made ??= learnerTypes(root);
      for (const file of made.sources) this.addWatchFile(file);
      return `export default ${JSON.stringify(id === `\0${TYPES}` ? made.declarations : made.exports)};`;
    },
    configureServer(server) {
      server.watcher.on('change', (file) => {
        if (made?.sources.includes(file)) made = null;
      });
    },
  };
}
