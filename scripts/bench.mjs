/**
 * `npm run bench [-- NAME …]`: the engine, other libraries and a loop written by hand do the same works; prints how long
 * each takes. Contenders of a work alternate in one process, and every result is checked. `--smoke` runs everything once
 * with few events: for results, not for times. `--profile` writes a processor profile per work to `.cache/bench`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = `${root}/.cache/bench`;
const BUNDLE = `${FOLDER}/bench.mjs`;
/** The young generation while allocations are counted: so large (MB) that nothing is collected. */
const ROOM = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

const [flags, names] = [true, false].map((isFlag) =>
  process.argv.slice(2).filter((argument) => argument.startsWith('--') === isFlag),
);
const smoke = flags.includes('--smoke');

await bundle();
const { MEMORY, NAMES, settingLines } = await import(pathToFileURL(BUNDLE).href);
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

/** The engine and its peers as one script, as a bundler would give it to a user. */
async function bundle() {
  const bundled = await rolldown({
    input: `${root}/test/bench/main.ts`,
    platform: 'node',
    tsconfig: false,
    resolve: { alias: { sluice: `${root}/engine/index.ts` } },
    checks: { pluginTimings: false },
  });
  await bundled.write({ file: BUNDLE, format: 'esm', codeSplitting: false });
  await bundled.close();
}

function run(group) {
  const node = [
    '--expose-gc',
    ...(group.includes(MEMORY) ? ROOM : []),
    ...(flags.includes('--profile')
      ? ['--cpu-prof', `--cpu-prof-dir=${FOLDER}`, `--cpu-prof-name=${group.join('-')}.cpuprofile`]
      : []),
  ];
  const program = `const { bench } = await import(${JSON.stringify(pathToFileURL(BUNDLE).href)}); await bench(${JSON.stringify(group)}, { smoke: ${smoke} });`;
  const { status } = spawnSync(process.execPath, [...node, '--input-type=module', '--eval', program], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}
