/** Loads the sources with all their mutants once, and says of one mutant after the other which test notices it. */
import { createServer } from 'vite';
import fc from './mini-properties.mjs';
import * as miniTests from './mini-tests.mjs';
import { recordedTests } from './recorded-tests.mjs';

const setup = await new Promise((resolve) => process.once('message', resolve));
const { root, sources, tests, recordings } = setup;
/** A test that takes many times what it takes without a mutant has been brought to a stop: not before, and in any case then. */
const MAX_TIMES = 20;
const MIN_LIMIT_MS = 3_000;
const MAX_LIMIT_MS = 10_000;

/** Whether a timer was set since this was last `false`: by a test that waits for real time. */
let waits = false;
const { setTimeout: after } = globalThis;
globalThis.setTimeout = Object.assign((...args) => {
  waits = true;
  return after(...args);
}, after);

/** What tests import instead of their libraries, by way of the global object: Vite would load the real ones. */
globalThis.__standIns = { vitest: miniTests, 'fast-check': { default: fc } };
const standIn = (name) => {
  const { default: whole, ...parts } = globalThis.__standIns[name];
  const from = `globalThis.__standIns[${JSON.stringify(name)}]`;
  const named = `export const { ${Object.keys(parts).join(', ')} } = ${from};`;
  return whole === undefined ? named : `${named}\nexport default ${from}.default;`;
};

let active = 0;
let covered = null;
globalThis.__M = (id) => {
  if (covered !== null) covered.add(id);
  return id === active;
};

/** Rounds of all loops during one test: far more than any needs. */
const MAX_ROUNDS = 5_000_000;
let rounds = 0;
globalThis.__T = () => {
  rounds += 1;
  if (rounds > MAX_ROUNDS) throw new Error('loops for ever');
};

const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
  ssr: { noExternal: ['vitest', 'fast-check'] },
  resolve: { alias: [{ find: /^sluice$/, replacement: `${root}/engine/index.ts` }] },
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      resolveId: (id) => (id in globalThis.__standIns ? `\0stand-in:${id}` : null),
      load: (id) =>
        id.startsWith('\0stand-in:') ? standIn(id.slice('\0stand-in:'.length)) : sources[id.split('?')[0]],
    },
  ],
});

/** All tests, loaded anew; what is known of them from before comes with them, the quickest first. */
async function loaded(known = []) {
  process.send({ type: 'alive' });
  server.moduleGraph.invalidateAll();
  const load = (path) => server.ssrLoadModule(path);
  const all = await recordedTests(load, recordings);
  for (const path of tests) {
    for (const { title, run } of await miniTests.collect(() => load(path)))
      all.push({ title: `${path}: ${title}`, run });
  }
  const before = new Map(known.map((test) => [test.title, test]));
  const whole = all.map((test) => ({
    ...test,
    ms: 0,
    waits: false,
    covers: new Set(),
    ...before.get(test.title),
    run: test.run,
  }));
  return whole.sort(inOrder);
}

/** The quickest first; then those that wait, as a mutant may have them wait until they are given up. */
function inOrder(a, b) {
  return Number(a.waits) - Number(b.waits) || a.ms - b.ms;
}

/** A test was given up and may go on for ever beside all others: this process should test no further mutant. */
let isSpent = false;

/** Why a test fails; `null` when it passes. */
async function failure({ run, ms }) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = after(
      () => {
        isSpent = true;
        reject(new Error('takes too long'));
      },
      Math.max(MIN_LIMIT_MS, Math.min(ms * MAX_TIMES, MAX_LIMIT_MS)),
    );
  });
  rounds = 0;
  // What never ends is noticed by this being the last that was heard.
  process.send({ type: 'alive' });
  try {
    await Promise.race([run(), late]);
    return null;
  } catch (error) {
    return String(error?.message ?? error).split('\n', 1)[0] || 'failed';
  } finally {
    clearTimeout(timer);
  }
}

/** Runs everything without a mutant: it must pass, and shows which mutants each test reaches. */
async function measured() {
  const all = await loaded();
  const failed = [];
  for (const test of all) {
    covered = test.covers;
    const startMs = performance.now();
    waits = false;
    const why = await failure({ ...test, ms: MAX_LIMIT_MS });
    test.waits = waits;
    test.ms = performance.now() - startMs;
    if (why !== null) failed.push(`${test.title}: ${why}`);
  }
  covered = null;
  return { all: all.sort(inOrder), failed };
}

/** The title of the first test that notices the mutant; `null` when none does. */
async function noticed(id, among) {
  for (const test of among) {
    active = id;
    const why = await failure(test);
    active = 0;
    if (why !== null) return { test, why };
  }
  return null;
}

const { all: first, failed } =
  setup.known === null ? await measured() : { all: await loaded(setup.known), failed: [] };
let all = first;
process.send({
  type: 'ready',
  failed,
  known: all.map(({ title, ms, waits, covers }) => ({ title, ms, waits, covers })),
});

/** The sources were loaded with a mutant in them. */
let isSpoilt = false;

async function outcomeOf({ id, once }) {
  if (once) {
    active = id;
    const fresh = await loaded(all).catch(() => null);
    const found = fresh === null ? { test: { title: 'loading' } } : await noticed(id, fresh);
    active = 0;
    isSpoilt = true;
    return found ? { outcome: 'killed', by: found.test.title } : { outcome: 'survived' };
  }
  if (isSpoilt) all = await loaded(all);
  isSpoilt = false;
  const reaching = () => all.filter(({ covers }) => covers.has(id));
  if (reaching().length === 0) return { outcome: 'unreached' };
  let found = await noticed(id, reaching());
  // A mutant may leave something behind that makes the test fail without it: then nothing is known yet.
  if (found !== null && !isSpent && (await failure(found.test)) !== null) {
    all = await loaded(all);
    found = await noticed(id, reaching());
    all = await loaded(all);
  }
  return found === null ? { outcome: 'survived' } : { outcome: 'killed', by: found.test.title };
}

process.on('message', (mutant) => {
  void outcomeOf(mutant).then((outcome) =>
    process.send({ type: 'done', id: mutant.id, isSpent, ...outcome }),
  );
});
