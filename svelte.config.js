import adapter from '@sveltejs/adapter-static';

/** Where the site is mounted: '' at a host's root, '/sluice' on a static host under a sub-path. */
const base = process.env.BASE_PATH ?? '';

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
    },
    paths: { base, relative: true },
    alias: { sluice: 'engine/index.ts', 'sluice/data': 'lessons/data/index.ts' },
    prerender: { handleHttpError: 'fail', handleMissingId: 'fail' },
  },
};
