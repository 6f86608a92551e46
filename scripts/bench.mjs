/**
 * `npm run bench [-- NAME …]`: the engine, other libraries and a loop written by hand do the same works; prints how long
 * each takes. Contenders of a work alternate in one process, and every result is checked. `--smoke` runs everything once
 * with few events: for results, not for times. `--profile` writes a processor profile per work to `.cache/bench`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BENCH, BENCH_FOLDER, bundleBench } from './lib/bench-bundles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The young generation while allocations are counted: so large (MB) that nothing is collected. */
const ROOM = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

const [flags, names] = [true, false].map((isFlag) =>
  process.argv.slice(2).filter((argument) => argument.startsWith('--') === isFlag),
);
const smoke = flags.includes('--smoke');

await bundleBench();
const { MEMORY, NAMES, settingLines } = await import(pathToFileURL(BENCH).href);
const unknown = [
  ...flags.filter((flag) => !['--smoke', '--profile'].includes(flag)),
  ...names.filter((name) => !NAMES.includes(name)),
];
if (unknown.length > 0) {
  console.error(`Cannot measure ${unknown.join(' ')}: there are ${NAMES.join(', ')}; --smoke, --profile`);
  process.exit(1);
}
for (const line of settingLines()) console.log(line);
const chosen = NAMES.filter((name) => names.length === 0 || names.includes(name));
// A process per work, as what one has compiled would change the next; a smoke test has no times to spoil.
const groups = smoke
  ? [chosen.filter((name) => name !== MEMORY), chosen.filter((name) => name === MEMORY)]
  : chosen.map((name) => [name]);
const failed = groups.filter((group) => group.length > 0 && !run(group));
if (failed.length > 0) {
  console.error(`Cannot measure ${failed.flat().join(' ')}`);
  process.exitCode = 1;
}

function run(group) {
  const node = [
    '--expose-gc',
    ...(group.includes(MEMORY) ? ROOM : []),
    ...(flags.includes('--profile')
      ? ['--cpu-prof', `--cpu-prof-dir=${BENCH_FOLDER}`, `--cpu-prof-name=${group.join('-')}.cpuprofile`]
      : []),
  ];
  const program = fileURLToPath(new URL('lib/bench-process.mjs', import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    [...node, program, ...group, ...(smoke ? ['--smoke'] : [])],
    { cwd: root, stdio: 'inherit' },
  );
  return status === 0;
}
