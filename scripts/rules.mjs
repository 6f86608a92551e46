/**
 * `npm run rules`: which tests and recordings hold each rule of GenStage and Flow, and which rules nothing holds, with the reason.
 * `-- --tests` names the tests. Fails when a rule has neither test nor reason.
 */
import { withModule } from './lib/load-typescript.mjs';

const named = process.argv.includes('--tests');

await withModule('/test/conformance/rules.ts', async ({ readRules }) => {
  const { rules, problems } = await readRules();
  console.log('rule    tests  recordings  what it says');
  for (const { id, tests, recordings, says } of rules) {
    const [own, recorded] = [String(tests.length).padStart(5), String(recordings.length).padStart(10)];
    console.log(`${id}  ${own}  ${recorded}  ${says}`);
    if (named) for (const test of tests) console.log(`          ${test}`);
  }
  const without = rules.filter((rule) => rule.tests.length + rule.recordings.length === 0);
  console.log(`\nRules without test and recording: ${without.length === 0 ? 'none' : ''}`);
  for (const { id, without: reason, says } of without)
    console.log(`  ${id} ${reason ?? `NO REASON: ${says}`}`);
  const other = problems.filter((problem) => !without.some(({ id }) => problem.startsWith(id)));
  for (const problem of other) console.log(problem);
  const kept = ['GS', 'FL'].map((library) => {
    const own = rules.filter(({ id }) => id.startsWith(library));
    return `${own.filter((rule) => !without.includes(rule)).length}/${own.length} ${library}`;
  });
  console.log(`${kept.join(', ')} rules are held, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
});
process.exit();
