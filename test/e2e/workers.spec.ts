import type { Page } from '@playwright/test';
import { PLAIN_PORT } from '../../playwright.config.ts';
import { LessonPage, programOf } from './support/lesson-page.ts';
import { expect, test } from './support/sluice-test.ts';

/** Dedicated workers of the sandbox frame, whose origin is opaque. The page's own compile elsewhere. */
function sandboxWorkers(page: Page): number {
  return page.workers().filter((worker) => worker.url().startsWith('blob:null/')).length;
}

/** Workers that the page's frame makes ahead of the first run. */
const WARM = 3;

/** More than one worker serves. */
const RUNS = 25;

/** Numbers through two stages; `before` runs when the program is loaded. It comes to its end by itself. */
const shortProgram = (before = '', inside = '') => `import { consumer, pipeline, producer } from 'sluice';
${before}
const numbers = producer({
  init: () => 0,
  handleDemand: (demand: number, next: number) => {
    const count = Math.min(demand, 5 - next);
    return { events: Array.from({ length: count }, (_, i) => next + i), state: next + count };
  },
});
const printer = consumer({
  handleEvents: (events: number[]) => {
    ${inside}
    for (const n of events) console.log('Received', n);
  },
});
export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  subscribe(start('printer', printer), { to: source, maxDemand: 5 });
});`;

test('stages run on workers of their own, and five runs leave no more than were there before', async ({
  page,
}) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await expect.poll(() => sandboxWorkers(page)).toBe(WARM);

  for (let run = 1; run <= 5; run += 1) {
    await lesson.run.click();
    await expect(lesson.console).toContainText('Received 0');
    const during = { message: `workers during run ${run}` };
    await expect.poll(() => sandboxWorkers(page), during).toBeGreaterThanOrEqual(2);
    await lesson.stop.click();
    await expect(lesson.status).toHaveText('Stopped');
    await expect.poll(() => sandboxWorkers(page), { message: `workers after run ${run}` }).toBe(WARM);
  }
});

test('the same workers serve twenty-five runs, each as if it were the first', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await lesson.writeProgram(shortProgram("console.count('loaded');"));
  const frame = () => page.locator('iframe[title^="Sandbox"]').getAttribute('title');
  const frames = new Set<string | null>();
  for (let run = 1; run <= RUNS; run += 1) {
    await lesson.run.click();
    await expect(lesson.status).toHaveText('Finished');
    await expect(lesson.console).toContainText('loaded: 1');
    await expect(lesson.console).not.toContainText('loaded: 2');
    await expect(lesson.console.getByRole('listitem').filter({ hasText: 'Received' })).toHaveCount(5);
    await expect
      .poll(() => sandboxWorkers(page), { message: `workers after run ${run}` })
      .toBeLessThanOrEqual(4);
    frames.add(await frame());
  }
  // One, where the machine has time: a worker that is slow to answer after a run is taken for one that is not clean. Even so,
  // most runs are served by workers that were there before.
  expect(frames.size, 'frames in all').toBeLessThan(RUNS / 2);
});

/** What a program may leave behind: its code before the stages, and what it imports beside. */
const LEFT_BEHIND: Readonly<Record<string, readonly [before: string, imported?: string]>> = {
  'a timer': ["setInterval(() => console.log('STALE'), 50);"],
  'a promise': ["void (async () => { await sleep(10_000); console.log('STALE'); })();", ', sleep'],
  'a channel': [
    "const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { console.log('STALE'); port2.postMessage(1); }; port2.postMessage(1);",
  ],
  'a listener': ["addEventListener('error', () => console.log('STALE'));"],
};

test('what a program leaves behind is gone before the next one runs', async ({ page }) => {
  test.slow();
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  const frame = page.locator('iframe[title^="Sandbox"]');
  for (const [what, [before, imported = '']] of Object.entries(LEFT_BEHIND)) {
    await test.step(what, async () => {
      await lesson.writeProgram(shortProgram(before).replace('producer }', `producer${imported} }`));
      const title = await frame.getAttribute('title');
      await lesson.run.click();
      // What is printed without end may push its lines out of the console.
      await expect(lesson.stage('printer')).toHaveAccessibleName(/handled 5/);
      await expect(lesson.status).toHaveText('Finished');
      await lesson.writeProgram(shortProgram("console.log('fresh');"));
      await expect(frame).not.toHaveAttribute('title', title ?? '');
      await lesson.run.click();
      await expect(lesson.console).toContainText('fresh');
      await expect(lesson.console).toContainText('Received 4');
      await expect(lesson.status).toHaveText('Finished');
      await expect(lesson.console).not.toContainText('STALE');
    });
  }
});

test('the picture, its table and the trace name more than one worker', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('3-odd');
  await lesson.writeProgram(programOf('3-odd', 'solution.ts'));
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.console).toContainText('Received');
  await lesson.stop.click();

  const tables = await lesson.openTable();
  const rows = tables.getByRole('table', { name: /^Stages/ }).getByRole('row');
  const placed = new Map<string, string>();
  for (const row of (await rows.all()).slice(1)) {
    const stage = await row.getByRole('rowheader').innerText();
    placed.set(stage, await row.getByRole('cell').nth(1).innerText());
  }
  expect([...placed.keys()]).toEqual(['numbers', 'odd', 'printer']);
  await lesson.closeTable();
  expect(new Set(placed.values()).size, [...placed.values()].join()).toBeGreaterThan(1);
  for (const [stage, worker] of placed) {
    expect(worker).toMatch(/^worker \d$/);
    await expect(lesson.stage(stage)).toHaveAccessibleName(new RegExp(`on ${worker};`));
    await expect(lesson.console.getByRole('listitem').filter({ hasText: 'Received' }).first()).toContainText(
      `printer w${(placed.get('printer') ?? '').slice(-1)}`,
    );
  }
  await lesson.openTable();
  const told = lesson.picture.getByRole('listitem');
  await expect(told.filter({ hasText: /3 stages on \d workers/ })).toBeVisible();
  await expect(told.filter({ hasText: 'through shared memory' })).toBeVisible();
});

test.describe('on a host that sets no headers', () => {
  test.use({ baseURL: `http://127.0.0.1:${PLAIN_PORT}` });

  test('events of all kinds go from worker to worker through message ports', async ({ page }) => {
    const lesson = new LessonPage(page);
    await runKinds(lesson);
    await expect(
      lesson.picture.getByRole('listitem').filter({ hasText: 'through message ports' }),
    ).toBeVisible();
  });
});

test('events of all kinds go from worker to worker through shared memory', async ({ page }) => {
  const lesson = new LessonPage(page);
  await runKinds(lesson);
  await expect(
    lesson.picture.getByRole('listitem').filter({ hasText: 'through shared memory' }),
  ).toBeVisible();
});

/** What has a compact form and what has none, to another worker and back: it must come back as it was. */
const KINDS = `
import { consumer, pipeline, producer, producerConsumer } from 'sluice';

const kinds = [
  1, -0, NaN, 0.5, 'text', '🙂 →', true, null, undefined, 12n, { seq: 1, key: 'a' }, { seq: 2, key: 'a' },
  [1, 'a'], new Date(0), new Map([['a', new Set([1])]]), /regexp/g, new Uint8Array([1, 2]), new Error('none'),
  'x'.repeat(400_000), Array.from({ length: 2_000 }, (_, i) => ({ i, name: 'name ' + (i % 7) })),
];
const say = (value: unknown): string =>
  value instanceof Map || value instanceof Set ? say([...value])
    : Array.isArray(value) ? '[' + value.map(say).join() + ']'
    : value instanceof Date || value instanceof RegExp || value instanceof Error ? String(value)
    : typeof value === 'object' && value !== null ? JSON.stringify(value)
    : Object.is(value, -0) ? '-0' : typeof value + ' ' + String(value);

const source = producer({
  init: () => 0,
  handleDemand: (demand, next) => {
    const count = Math.max(0, Math.min(demand, 400 - next));
    return { events: Array.from({ length: count }, (_, i) => [next + i, kinds[(next + i) % kinds.length]]), state: next + count };
  },
});
const echo = producerConsumer({ handleEvents: (events: unknown[]) => ({ events }) });
const check = consumer({
  init: () => 0,
  handleEvents: (events: [number, unknown][], expected) => {
    for (const [number, value] of events) {
      if (number !== expected) console.error('out of order', number, expected);
      if (say(value) !== say(kinds[number % kinds.length])) console.error('changed', say(value).slice(0, 80));
      expected += 1;
    }
    if (expected === 400) console.log('all 400 came');
    return { state: expected };
  },
});

export default pipeline(({ start, subscribe }) => {
  const a = start('source', source);
  const b = start('echo', echo);
  const c = start('check', check);
  subscribe(b, { to: a, maxDemand: 40, minDemand: 20 });
  subscribe(c, { to: b, maxDemand: 10, minDemand: 5 });
});
`;

async function runKinds(lesson: LessonPage): Promise<void> {
  await lesson.open('3-odd');
  await lesson.writeProgram(KINDS);
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.console).toContainText('all 400 came');
  await expect(lesson.console).not.toContainText('out of order');
  await expect(lesson.console).not.toContainText('changed');
  await lesson.openTable();
}

test('where stages run is chosen beside the code, shown in words, and remembered', async ({ page }) => {
  const lesson = new LessonPage(page);
  await lesson.open('3-odd');
  await lesson.writeProgram(programOf('3-odd', 'solution.ts'));
  await lesson.setSpeed('Full speed');
  const choice = lesson.editor.getByRole('group', { name: 'Where the next run goes' });
  await choice.getByLabel('Placement of stages').selectOption('Pack');
  await choice.getByLabel('Workers').selectOption('2 workers');
  const runs = async (): Promise<void> => {
    await lesson.run.click();
    await expect(lesson.console).toContainText('Received');
    await lesson.stop.click();
  };
  await runs();
  for (const stage of ['numbers', 'odd', 'printer']) {
    await expect(lesson.stage(stage)).toHaveAccessibleName(/on worker 1;/);
  }
  await lesson.writeProgram(
    programOf('3-odd', 'solution.ts').replace(
      /start\('printer', (\w+)\)/,
      "start('printer', $1, undefined, { worker: 2 })",
    ),
  );
  await runs();
  await expect(lesson.stage('printer')).toHaveAccessibleName(/on worker 2;/);
  await expect(lesson.stage('numbers')).toHaveAccessibleName(/on worker 1;/);

  await page.reload();
  await lesson.ready();
  await expect(choice.getByLabel('Placement of stages')).toHaveValue('pack');
  await expect(choice.getByLabel('Workers')).toHaveValue('2');
});
