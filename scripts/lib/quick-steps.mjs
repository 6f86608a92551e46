import { buildIfStale } from './build.mjs';

/** What `npm run ok` and `npm test` share: everything but the browser. Says whether there is a build to test. */
export function quickSteps(gate) {
  gate.step('format', 'prettier', ['--check', '--log-level', 'warn', '.']);
  gate.step('lint', 'eslint', ['--max-warnings', '0', '.']);
  gate.step('types: sync', 'svelte-kit', ['sync']);
  gate.step('types', 'svelte-check', [
    '--tsconfig',
    './tsconfig.json',
    '--fail-on-warnings',
    '--output',
    'human',
  ]);
  gate.vitest('unit, laws, conformance, content');
  return gate.check('build', () => buildIfStale());
}
