import adapter from '@sveltejs/adapter-static';
import { bundleScript, FRAME_ENTRY, sha256Source } from './scripts/lib/sandbox-scripts.mjs';

/** Where the site is mounted: '' at a host's root, '/sluice' on a static host under a sub-path. */
const base = process.env.BASE_PATH ?? '';

/** The sandbox frame is a `srcdoc`: the page's policy holds for it too, and must know its script. */
const frameScript = sha256Source((await bundleScript(FRAME_ENTRY)).code);

export default {
  kit: {
    adapter: adapter({ pages: 'build', assets: 'build', fallback: '404.html' }),
    files: {
      src: 'app',
      assets: 'app/static',
      lib: 'app/lib',
      routes: 'app/routes',
      appTemplate: 'app/app.html',
      errorTemplate: 'app/error.html',
      serviceWorker: 'app/service-worker',
    },
    // The page registers it, where the host does not isolate.
    serviceWorker: { register: false },
    paths: { base, relative: true },
    alias: { sluice: 'engine/index.ts', 'sluice/data': 'lessons/data/index.ts' },
    prerender: { handleHttpError: 'fail', handleMissingId: 'fail' },
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['self'],
        // blob: a learner's module, imported by the sandbox's workers; wasm-unsafe-eval: the compiler.
        'script-src': ['self', 'blob:', 'wasm-unsafe-eval', frameScript],
        // data: where the sandbox cannot make workers of blobs (WebKit, isolated).
        'worker-src': ['self', 'blob:', 'data:'],
        // The editor makes style elements.
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:', 'blob:'],
        'font-src': ['self', 'data:'],
        'connect-src': ['self'],
        // Without it the sandbox frame could leak by navigating itself; `srcdoc` needs no permission.
        'frame-src': ['none'],
        'object-src': ['none'],
        'base-uri': ['none'],
        'form-action': ['none'],
      },
    },
  },
};
