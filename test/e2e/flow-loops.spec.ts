import type { Page } from '@playwright/test';
import { LessonPage } from './support/lesson-page.ts';
import { expect, test } from './support/sluice-test.ts';

/** A flow that says what calls its functions: a generated loop has that name, and closures have others. */
const PROGRAM = `import { Flow, range } from 'sluice';

let told = false;

export default Flow.from(range(1, 6), { stages: 1 })
  .map((n) => {
    if (!told) console.log(new Error('here').stack.includes('fusedLoop') ? 'generated' : 'by closures');
    told = true;
    return n + 10;
  })
  .filter((n) => n % 4 !== 0)
  .flatMap((n) => [n, -n])
  .map((n) => 'got ' + n);
`;

const EVENTS = [11, 13, 14, 15].flatMap((n) => [`got ${n}`, `got ${-n}`]);

test('the operators of a flow are one generated loop in the sandbox', async ({ page }) => {
  const lines = await run(page);
  await expect(lines).toContainText(['generated', ...EVENTS]);
});

test('where generated code is refused, closures do the same', async ({ page }) => {
  await refuseGeneratedCode(page);
  const lines = await run(page);
  await expect(lines).toContainText(['by closures', ...EVENTS]);
});

/** The lines that the program prints. */
async function run(page: Page) {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.writeProgram(PROGRAM);
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.console).toContainText(EVENTS.at(-1) ?? '');
  return lesson.console.getByRole('listitem');
}

/**
 * As a policy would that lets the program's own module in, and the engine's not: in the workers, a module of generated code
 * fails to load.
 */
async function refuseGeneratedCode(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const refusal = `{
      const Real = Blob;
      globalThis.Blob = class extends Real {
        constructor(parts, options) {
          super(String(parts[0]).includes('function fusedLoop(') ? ['throw new EvalError("refused")'] : parts, options);
        }
      };
    }`;
    const post = MessagePort.prototype.postMessage;
    MessagePort.prototype.postMessage = function (message: unknown, ...rest: unknown[]) {
      const spawns = typeof message === 'object' && message !== null && 'script' in message;
      const sent = spawns ? { ...message, script: `${refusal};${String(message.script)}` } : message;
      Reflect.apply(post, this, [sent, ...rest]);
    };
  });
}
