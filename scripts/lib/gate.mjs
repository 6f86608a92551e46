import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, runBin, runBinAside } from './install.mjs';

const results = join(root, 'test-results');

/** Runs named steps in order, all of them even when one fails, and says how each ended. */
export class Gate {
  #passed = 0;
  #failed = 0;
  #lines = [];

  /** A step that is one program: counts as one pass or failure. */
  step(name, bin, args, env) {
    const startedMs = Date.now();
    console.log(`\n— ${name}`);
    const code = runBin(bin, args, env);
    this.#count(name, code === 0 ? 1 : 0, code === 0 ? 0 : 1, startedMs);
    return code === 0;
  }

  /** Several such steps side by side; what each printed stands together. */
  async together(steps) {
    const startedMs = Date.now();
    await Promise.all(
      steps.map(async ([name, bin, args]) => {
        const { code, printed } = await runBinAside(bin, args);
        console.log(`\n— ${name}\n${printed.trimEnd()}`);
        this.#count(name, code === 0 ? 1 : 0, code === 0 ? 0 : 1, startedMs);
      }),
    );
  }

  /** Unit tests: counted one by one; those that failed, at last or at first, are named again in the summary. */
  vitest(name, args = []) {
    const report = freshReport('vitest.json');
    const startedMs = Date.now();
    console.log(`\n— ${name}`);
    const code = runBin('vitest', [
      'run',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ]);
    const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = readReport(report);
    const tests = testResults.flatMap((file) => file.assertionResults);
    for (const { status, fullName, failureMessages } of tests) {
      if (status === 'failed') this.#lines.push(`  failed: ${fullName}`);
      else if (failureMessages?.length > 0) this.#lines.push(`  only at the second try: ${fullName}`);
    }
    this.#count(name, numPassedTests, atLeastOneIfFailed(code, numFailedTests), startedMs);
    return code === 0;
  }

  /** Browser tests: counted one by one; one that passed only when tried again counts as passed and is named. */
  playwright(name, args = [], env = {}) {
    const report = freshReport('playwright.json');
    const startedMs = Date.now();
    console.log(`\n— ${name}`);
    const code = runBin('playwright', ['test', ...args], { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report });
    const { expected = 0, flaky = 0, unexpected = 0 } = readReport(report).stats ?? {};
    if (flaky > 0) this.#lines.push(`  ${name}: ${flaky} passed only at the second try`);
    this.#count(name, expected + flaky, atLeastOneIfFailed(code, unexpected), startedMs);
    return code === 0;
  }

  /** A step that is a function: `true` is a pass. */
  check(name, run) {
    const startedMs = Date.now();
    const passed = run();
    this.#count(name, passed ? 1 : 0, passed ? 0 : 1, startedMs);
    return passed;
  }

  fail(name, message) {
    console.error(message);
    this.#count(name, 0, 1, Date.now());
  }

  /** Prints the summary and the closing line; ends the process. */
  close() {
    console.log(`\n${this.#lines.join('\n')}\n\n${this.#passed} passed, ${this.#failed} failed`);
    process.exit(this.#failed === 0 ? 0 : 1);
  }

  #count(name, passed, failed, startedMs) {
    this.#passed += passed;
    this.#failed += failed;
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(0);
    this.#lines.push(
      `  ${failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${passed} passed, ${failed} failed (${seconds} s)`,
    );
  }
}

/** A runner that fails without a failed test (a file that does not load, no test found) still counts as a failure. */
function atLeastOneIfFailed(code, failed) {
  return code === 0 ? failed : Math.max(failed, 1);
}

function freshReport(name) {
  mkdirSync(results, { recursive: true });
  const path = join(results, name);
  rmSync(path, { force: true });
  return path;
}

function readReport(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}
