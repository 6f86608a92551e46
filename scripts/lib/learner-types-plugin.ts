import type { Plugin } from 'vite';
import { learnerExports } from './learner-exports.ts';
import { learnerTypes } from './learner-types.ts';

/** Module → how it is made: what it exports by default, and the files that were read. */
const MODULES: Readonly<
  Record<string, (root: string) => Promise<{ value: unknown; sources: readonly string[] }>>
> = {
  'virtual:sluice-types': async (root) => {
    const { declarations, sources } = learnerTypes(root);
    return { value: declarations, sources };
  },
  'virtual:sluice-exports': async (root) => {
    const { exports, sources } = await learnerExports(root);
    return { value: exports, sources };
  },
};

/** What the editor shows of `sluice`, and what the compiler lets a program import, as modules made from the sources. */
export function learnerTypesPlugin(): Plugin {
  let root = '';
  return {
    name: 'sluice:learner-types',
    configResolved(config) {
      root = config.root;
    },
    resolveId: (id) => (id in MODULES ? `\0${id}` : undefined),
    async load(id) {
      const made = await MODULES[id.replace('\0', '')]?.(root);
      if (made === undefined) return undefined;
      for (const file of made.sources) this.addWatchFile(file);
      return `export default ${JSON.stringify(made.value)};`;
    },
  };
}
