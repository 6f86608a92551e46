/**
 * Which tests are to notice mistakes in which sources. `sources`, `tests` and `laws` are the beginnings of paths;
 * `recordings` names the library whose recordings are replayed.
 */
export const suites = [
  {
    sources: ['engine/dispatcher/', 'engine/stage/'],
    tests: ['test/engine/dispatcher/', 'test/engine/stage/', 'test/engine/supervision/'],
    laws: ['test/laws/'],
    recordings: 'genstage',
  },
  {
    sources: ['engine/window/'],
    tests: ['test/engine/window/', 'test/engine/flow/layer-', 'test/engine/flow/join.'],
    laws: ['test/laws/flow-'],
    recordings: 'flow',
  },
  {
    sources: [
      'engine/flow/',
      'engine/supervision/flow-',
      'engine/runtime/flow-',
      'engine/runtime/known-flows.ts',
      'engine/runtime/planned-flows.ts',
      'engine/runtime/wiring.ts',
    ],
    tests: [
      'test/engine/flow/',
      'test/engine/window/windows-in-runs.',
      'test/engine/supervision/flow-',
      'test/engine/runtime/flow-',
      'test/engine/runtime/planned-',
      'test/engine/runtime/wiring.',
    ],
    laws: ['test/laws/flow-'],
    recordings: 'flow',
  },
];

/**
 * What has to be loaded to test these sources: no test of a suite that none of them belongs to.
 *
 * @param files - Sources.
 * @param tests - All files of tests there are.
 * @returns The tests and the laws among them, and the libraries whose recordings count.
 * @throws Error when there is a source that belongs to no suite.
 */
export function suiteOf(files, tests) {
  const begins = (path, starts) => starts.some((start) => path.startsWith(start));
  const stray = files.find((file) => !suites.some(({ sources }) => begins(file, sources)));
  if (stray !== undefined)
    throw new Error(`Cannot mutate ${stray}: scripts/lib/mutation/suites.mjs names no tests for it`);
  const those = suites.filter(({ sources }) => files.some((file) => begins(file, sources)));
  const among = (starts) => tests.filter((path) => begins(path, starts));
  return {
    tests: among(those.flatMap((suite) => suite.tests)),
    laws: among(those.flatMap((suite) => suite.laws)),
    recordings: [...new Set(those.map(({ recordings }) => recordings))],
  };
}
