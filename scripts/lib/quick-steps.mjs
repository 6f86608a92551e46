import { buildIfStale } from './build.mjs';

/** What `npm run ok` and `npm test` share: everything but the browser. Says whether there is a build to test. */
export async function quickSteps(gate) {
  gate.step('types: sync', 'svelte-kit', ['sync']);
  await gate.together([
    ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
    ['lint', 'eslint', ['--max-warnings', '0', '.']],
    ['types', 'svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human']],
  ]);
  gate.vitest('unit, laws, conformance, content');
  return gate.check('build', () => buildIfStale());
}
