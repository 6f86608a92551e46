import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** What programs may import, and the module that stands behind it. Paths are relative to the project. */
const MODULES = { sluice: 'engine/platform/learner-api.ts', 'sluice/data': 'lessons/data/index.ts' } as const;

export interface LearnerExports {
  /** Specifier → names that it exports at run time (types are none), sorted. */
  readonly exports: Readonly<Record<keyof typeof MODULES, string[]>>;
  /** Files it was read from: absolute paths, to be watched. */
  readonly sources: readonly string[];
}

/** Asks the bundler what the project in `root` exports to programs. */
export async function learnerExports(root: string): Promise<LearnerExports> {
  const sluice = await exportsOf(join(root, MODULES.sluice));
  const data = await exportsOf(join(root, MODULES['sluice/data']));
  return {
    exports: { sluice: sluice.names, 'sluice/data': data.names },
    sources: [...sluice.sources, ...data.sources],
  };
}

async function exportsOf(path: string): Promise<{ names: string[]; sources: string[] }> {
  const bundle = await rolldown({ input: path, external: /^[^./\\]/, platform: 'neutral', tsconfig: false });
  try {
    const { output } = await bundle.generate({ format: 'es' });
    return { names: [...output[0].exports].sort(), sources: await bundle.watchFiles };
  } finally {
    await bundle.close();
  }
}
