import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Says why a test was left out: the list of tests only says that it was. */
export default class SkipReporter implements Reporter {
  readonly #reasons: string[] = [];

  onTestEnd({ title, annotations }: TestCase, { status }: TestResult): void {
    if (status !== 'skipped') return;
    const said = annotations.flatMap(({ type, description }) => (type === 'skip' ? (description ?? []) : []));
    this.#reasons.push(`left out: ${title}: ${said.join('; ')}`);
  }

  onEnd(): void {
    for (const reason of this.#reasons) process.stdout.write(`${reason}\n`);
  }
}
