import type { Compiled } from './compiled.ts';
import type { Compiler } from './compiler.ts';

/** The same compiler, which does not compile again what it compiled last: Run again, and Check after Run. */
export function rememberingLast(compiler: Compiler): Compiler {
  let last: { readonly key: string; readonly compiled: Compiled } | null = null;
  return {
    async compile(files, entry) {
      const key = JSON.stringify([entry, files]);
      if (last?.key === key) return last.compiled;
      const compiled = await compiler.compile(files, entry);
      // What failed may be the compiler's fault, and is tried again.
      if (compiled.ok) last = { key, compiled };
      return compiled;
    },
    warm: () => compiler.warm(),
    dispose: () => compiler.dispose(),
  };
}
