/**
 * Replays recordings of the real GenStage and Flow: `npm run conformance -- FOLDER`. Without a folder, those of this
 * repository. A table of the groups; one line per scenario that fails or differs by design and per file that holds none;
 * the last line counts.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withModule } from './lib/load-typescript.mjs';

const path = resolve(
  process.env.INIT_CWD ?? process.cwd(),
  process.argv[2] ?? fileURLToPath(new URL('../test/conformance', import.meta.url)),
);

try {
  await withModule('/test/conformance/run.ts', async ({ replayAll }) => {
    const outcomes = await replayAll(path);
    const of = (kind) => outcomes.filter((one) => one.kind === kind);
    console.log('library   group                   passed  by design  failed');
    const groups = new Map();
    for (const { library, name, kind } of outcomes) {
      if (library === null) continue;
      const group = `${library.padEnd(8)}  ${name.split('/')[0].padEnd(22)}`;
      const counts = groups.get(group) ?? { passed: 0, byDesign: 0, failed: 0 };
      groups.set(group, { ...counts, [kind]: counts[kind] + 1 });
    }
    for (const [group, { passed, byDesign, failed }] of groups) {
      const counts = [String(passed).padStart(6), String(byDesign).padStart(9), String(failed).padStart(6)];
      console.log([group, ...counts].join('  '));
    }
    for (const { line } of [...of('other'), ...of('byDesign'), ...of('failed')]) console.log(line);
    if (of('byDesign').length > 0) console.log(`${of('byDesign').length} differ by design`);
    console.log(`${of('passed').length} passed, ${of('failed').length} failed`);
    process.exitCode = of('failed').length === 0 ? 0 : 1;
  });
} catch (error) {
  console.error(`Cannot replay ${path}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
// A scenario that never came back must not keep the process.
process.exit();
