/**
 * `npm run mutation [-- [--again FILE] [--processes N] PATH …]`: makes small mistakes in the sources below the paths, one at a
 * time, and prints which of them no test notices. Without paths: engine/dispatcher and engine/stage.
 *
 * Recordings, the unit tests beside the sources and the laws run in one long-lived process per processor, two at most; which of them
 * for which folder, scripts/lib/mutation/suites.mjs says. A mutant meets only those that come to it. Mutants that change
 * nothing are listed with the reason in scripts/lib/mutation/equivalent.yaml.
 */
import { fork } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { withMutants } from './lib/mutation/mutants.mjs';
import { suiteOf } from './lib/mutation/suites.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const WANTED = 85;
/** A mutant that loops for ever never answers. */
const MAX_SILENT_MS = 12_000;
const NEVER_ENDS = 'never ends';
const BROUGHT_DOWN = 'brings its process down';
/** What one process may use; a mutant that wants more brings it down. */
const MAX_MEMORY_MB = 1_500;
/** Loading and running everything once takes longer. */
const MAX_START_MS = 120_000;

const { values: options, positionals: given } = parseArgs({
  allowPositionals: true,
  options: { again: { type: 'string' }, processes: { type: 'string' } },
});
/** Only the mutants that an earlier run, kept in that file, has told of. */
const again = options.again === undefined ? null : new Set(readFileSync(options.again, 'utf8').split('\n'));
const processes = Number(options.processes ?? Math.min(2, availableParallelism()));
const paths = given.length > 0 ? given : ['engine/dispatcher', 'engine/stage'];
const files = paths.flatMap((path) =>
  statSync(join(root, path)).isDirectory() ? filesIn(path, '.ts') : [path],
);

const sources = {};
const mutants = [];
for (const file of files) {
  const { code, mutants: own } = withMutants(
    file,
    readFileSync(join(root, file), 'utf8'),
    mutants.length + 1,
  );
  sources[join(root, file)] = code;
  mutants.push(...own);
}
const listed = parse(readFileSync(new URL('lib/mutation/equivalent.yaml', import.meta.url), 'utf8')) ?? [];
const lists = (one, { file, original, mutated, within }) =>
  one.file === file &&
  one.original === original &&
  one.mutated === mutated &&
  (one.within === undefined || one.within === within);
const equivalent = (mutant) => listed.some((one) => lists(one, mutant));
const tested = mutants.filter(
  (mutant) =>
    !equivalent(mutant) &&
    (again === null || ['survived', 'unreached'].some((outcome) => again.has(told(mutant, { outcome })))),
);
const outcomes = new Map();

const suite = suiteOf(files, filesIn('test', '.test.ts'));
const startMs = Date.now();
// Those that need everything loaded anew come last.
const queue = tested.toSorted((a, b) => Number(a.once) - Number(b.once));
/** How long each test takes and which mutants it reaches, once a process has run them all. */
let known = null;
let tellKnown = () => undefined;
const measured = new Promise((resolve) => (tellKnown = resolve));
const others = Array.from({ length: processes - 1 }, () => measured.then(work));
await Promise.all([work(), ...others]);
report();

/** One process that tests mutants until none is left; a new one takes over when it never comes back. */
async function work() {
  while (queue.length > 0) {
    await new Promise((resolve, reject) => {
      // A process, as a mutant may use up all memory, which a thread does not survive alone.
      // What programs print in tests is nobody's business here.
      const worker = fork(new URL('lib/mutation/worker.mjs', import.meta.url), {
        serialization: 'advanced',
        execArgv: [`--max-old-space-size=${MAX_MEMORY_MB}`],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      let said = '';
      worker.stderr.on('data', (text) => (said = `${said}${text}`.slice(-2_000)));
      worker.send({
        root,
        sources,
        known,
        tests: [...suite.tests, ...suite.laws].map((path) => `/${path}`),
        recordings: suite.recordings,
      });
      let current = null;
      let timer = null;
      // What it has said before it was stopped still comes in, and is about nothing any more.
      let isOver = false;
      const end = () => {
        isOver = true;
        clearTimeout(timer);
        if (worker.exitCode !== null || worker.signalCode !== null) return resolve();
        worker.once('exit', resolve);
        worker.kill('SIGKILL');
      };
      const fail = (why) => {
        end();
        reject(new Error(why));
      };
      const lost = (why) => {
        if (isOver) return;
        if (current === null) return fail(`Cannot run the tests: ${why}`);
        outcomes.set(current.id, { outcome: 'killed', by: why });
        progress();
        end();
      };
      const heard = (silentMs) => {
        clearTimeout(timer);
        timer = setTimeout(() => lost(NEVER_ENDS), silentMs);
      };
      heard(MAX_START_MS);
      const next = () => {
        current = queue.shift() ?? null;
        if (current === null) return end();
        worker.send(current);
      };
      worker.on('error', (error) => lost(error.message));
      worker.on('exit', () => lost(current === null ? said : BROUGHT_DOWN));
      worker.on('message', (message) => {
        if (isOver) return;
        heard(current === null ? MAX_START_MS : MAX_SILENT_MS);
        if (message.type === 'alive') return;
        if (message.type === 'ready') {
          if (message.failed.length > 0)
            return fail(`These tests fail without a mutant:\n${message.failed.join('\n')}`);
          known = message.known;
          tellKnown();
        }
        if (message.type === 'done') {
          outcomes.set(message.id, message);
          if (message.outcome !== 'killed') console.log(told(current, message));
          progress();
          if (message.isSpent) return end();
        }
        next();
      });
    });
  }
}

function progress() {
  if (outcomes.size % 100 === 0 && outcomes.size > 0) {
    const seconds = Math.round((Date.now() - startMs) / 1_000);
    console.error(`${outcomes.size} of ${tested.length} mutants, ${seconds} s`);
  }
}

function told({ file, line, original, mutated }, { outcome }) {
  return `${file}:${line}  ${original}  →  ${mutated}${outcome === 'unreached' ? ' (no test comes here)' : ''}`;
}

function report() {
  console.log('');
  for (const file of files) console.log(`${score(tested.filter((one) => one.file === file))}  ${file}`);
  const rest = mutants.length - tested.length;
  console.log(
    `${score(tested)}  in all, in ${Math.round((Date.now() - startMs) / 1_000)} s; ${rest} that change nothing are left out`,
  );
  for (const why of [NEVER_ENDS, BROUGHT_DOWN]) {
    const count = [...outcomes.values()].filter(({ by }) => by === why).length;
    if (count > 0) console.log(`${count} of them noticed because the test ${why}`);
  }
  for (const one of listed) {
    if (files.includes(one.file) && !mutants.some((mutant) => lists(one, mutant)))
      console.log(
        `equivalent.yaml names what is there no longer: ${one.file}  ${one.original}  →  ${one.mutated}`,
      );
  }
  process.exitCode = percent(tested) >= WANTED ? 0 : 1;
}

function percent(some) {
  const killed = some.filter(({ id }) => outcomes.get(id)?.outcome === 'killed').length;
  return some.length === 0 ? 100 : (100 * killed) / some.length;
}

function score(some) {
  const killed = some.filter(({ id }) => outcomes.get(id)?.outcome === 'killed').length;
  return `${percent(some).toFixed(1).padStart(5)} %  ${String(killed).padStart(4)} of ${String(some.length).padStart(4)}`;
}

function filesIn(folder, ending) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => relative(root, join(root, folder, name)));
}
