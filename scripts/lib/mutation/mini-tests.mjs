/**
 * Stands in for `vitest` where the same tests run thousands of times in one process: the same words, the same `expect`,
 * and nothing around them. `collect` gives the tests of a module in order; each may be run any number of times.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.resolve('vitest/package.json'));
const chai = await import(require.resolve('chai'));
const {
  ASYMMETRIC_MATCHERS_OBJECT,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  getState,
  setState,
} = await import(require.resolve('@vitest/expect'));

const { fn, spyOn, restoreAllMocks } = await import(require.resolve('@vitest/spy'));

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
expect.getState = () => getState(expect);
expect.setState = (state) => setState(state, expect);
expect.fail = (message) => chai.assert.fail(message);
expect.assertions = () => undefined;
expect.hasAssertions = () => undefined;
expect.setState({
  assertionCalls: 0,
  isExpectingAssertions: false,
  isExpectingAssertionsError: null,
  expectedAssertionsNumber: null,
  expectedAssertionsNumberErrorGen: null,
});
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, writable: true, configurable: true });

/** Types are the compiler's business: every question about them is answered with yes. */
export const expectTypeOf = () =>
  new Proxy(() => undefined, { get: () => expectTypeOf(), apply: () => expectTypeOf() });

export const vi = { fn, spyOn, restoreAllMocks };

let collected = [];
let path = [];
let hooks = [];

function group(title, run) {
  const [before, beforeHooks] = [path, hooks];
  path = [...path, title];
  hooks = [...hooks];
  run();
  path = before;
  hooks = beforeHooks;
}

function test(title, ...args) {
  const run = args.find((one) => typeof one === 'function');
  const own = hooks;
  collected.push({
    title: [...path, title].join(' > '),
    run: async () => {
      for (const { when, hook } of own) if (when === 'before') await hook();
      try {
        await run({ skip: () => undefined, expect });
      } finally {
        for (const { when, hook } of own) if (when === 'after') await hook();
      }
    },
  });
}

/** `it.each(rows)`: a test for each row. */
function each(make) {
  return (rows) =>
    (title, run, ...rest) => {
      for (const [i, row] of [...rows].entries()) {
        const args = Array.isArray(row) ? row : [row];
        make(`${title} #${i + 1}`, () => run(...args), ...rest);
      }
    };
}

const nothing = () => undefined;
export const describe = Object.assign(group, { each: each(group), skip: nothing, only: group });
export const it = Object.assign(test, {
  each: each(test),
  skip: Object.assign(nothing, { each: () => nothing }),
  only: test,
});
export { it as test, describe as suite };
const hook = (when) => (run) => void (hooks = [...hooks, { when, hook: run }]);
export const beforeEach = hook('before');
export const afterEach = hook('after');
export const beforeAll = hook('before');
export const afterAll = hook('after');

/** The tests that loading a module declares. */
export async function collect(load) {
  // A group that a mutant has thrown out of has left its title behind.
  [collected, path, hooks] = [[], [], []];
  await load();
  return collected;
}
