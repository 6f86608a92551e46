/**
 * Replays recordings of the real GenStage: `npm run conformance -- FOLDER`. Without a folder, those of this repository.
 * One line per scenario that fails or differs by design and per file that holds none; the last line counts.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withModule } from './lib/load-typescript.mjs';

const path = resolve(
  process.env.INIT_CWD ?? process.cwd(),
  process.argv[2] ?? fileURLToPath(new URL('../test/conformance/genstage', import.meta.url)),
);

try {
  await withModule('/test/conformance/run.ts', async ({ replayAll }) => {
    const outcomes = await replayAll(path);
    const of = (kind) => outcomes.filter((one) => one.kind === kind);
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
