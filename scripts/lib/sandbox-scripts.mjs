/**
 * The two scripts that reach the sandbox as text, each bundled into one self-contained classic script: what runs in
 * the opaque-origin frame, and what runs in the workers that the frame makes. `svelte.config.js` needs the first
 * one's hash for the content security policy, `vite.config.ts` hands both to the page.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const FRAME_ENTRY = at('app/lib/sandbox/frame.ts');
export const WORKER_ENTRY = at('engine/platform/browser.ts');

/** Bundles `entry` with all it imports. `files` is what to watch. */
export async function bundleScript(entry) {
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    tsconfig: false,
    transform: { target: 'es2022' },
  });
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true, codeSplitting: false });
    const [chunk] = output;
    if (output.length !== 1 || chunk.imports.length > 0) {
      throw new Error(`Cannot bundle ${entry} as it must become one script: received ${output.length} files`);
    }
    return { code: inlineable(chunk.code), files: await bundle.watchFiles };
  } finally {
    await bundle.close();
  }
}

/** As a source of a content security policy, without the quotes. */
export function sha256Source(text) {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}

/** What would end or confuse an inline script of a document never occurs in it. */
function inlineable(code) {
  return code.trim().replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--');
}
