import type { Page } from '@playwright/test';
import { goodProgram, markedLine, programWith } from './support/bad-programs.ts';
import {
  endIfUnderWay,
  leadsTo,
  nextRunWorks,
  openExercise,
  problems,
  stillDraws,
} from './support/bad-runs.ts';
import { countFrames } from './support/frames.ts';
import type { LessonPage } from './support/lesson-page.ts';
import { expect, test } from './support/sluice-test.ts';
import { underlinedLines } from './support/underlined.ts';

/** A program that goes wrong, and what the page must say. */
interface BadInput {
  readonly name: string;
  /** Marks the line to which the problem leads, where it leads to one. */
  readonly program: string;
  /** Parts of what stands in the problem, in order. */
  readonly says: readonly string[];
  /** How the run ends; `Failed` unless given. */
  readonly ends?: 'Failed' | 'Finished';
  readonly place?: 'none';
}

const CANNOT_START: readonly BadInput[] = [
  {
    name: 'does not compile',
    program: programWith({ handleEvents: 'handleEvents (events) => {}, /* here */' }),
    says: ['The code does not compile', 'Expected "{" but found "=>"'],
  },
  {
    name: 'imports what is not there',
    program: programWith({ before: "import { producr } from 'sluice'; /* here */\nconsole.log(producr);" }),
    says: ['The code does not compile', 'sluice has no export "producr"', 'did you mean "producer"?'],
  },
  {
    name: 'imports from the network',
    program: programWith({ before: "import 'https://example.com/evil.js'; /* here */" }),
    says: ['The code does not compile', 'https://example.com/evil.js'],
  },
  {
    name: 'throws while it is loaded',
    program: programWith({ before: "throw new Error('not today'); /* here */" }),
    says: ['The program did not start', 'Error: not today', 'before any stage starts'],
  },
  {
    name: 'uses a name that is not imported',
    program: programWith({ before: 'const pass = demandDispatcher(); /* here */\nconsole.log(pass);' }),
    says: ['The program did not start', 'demandDispatcher is not defined', "from 'sluice'"],
  },
  {
    name: 'exports no pipeline',
    program: programWith({ pipeline: '' }),
    says: [
      'The pipeline cannot be built',
      'its default export must be a pipeline',
      'export default pipeline(',
    ],
    place: 'none',
  },
  {
    name: 'exports something else',
    program: programWith({ pipeline: 'export default { numbers, printer }; /* here */' }),
    says: ['The pipeline cannot be built', 'its default export must be a pipeline'],
  },
  {
    name: 'subscribes to a stage that is not there',
    program: programWith({
      pipeline: `export default pipeline(({ start, subscribe }) => {
  start('numbers', numbers, 0);
  const sink = start('printer', printer);
  subscribe(sink, { to: 'numbrs' as never }); /* here */
});`,
    }),
    says: ['The pipeline cannot be built', 'Cannot subscribe "printer"', 'did you mean "numbers"?'],
  },
  {
    name: 'makes a cycle',
    program: programWith({
      before: 'const pass = producerConsumer({ handleEvents: (events: number[]) => ({ events }) });',
      pipeline: `export default pipeline(({ start, subscribe }) => {
  const a = start('a', pass);
  const b = start('b', pass);
  subscribe(a, { to: b });
  subscribe(b, { to: a }); /* here */
});`,
    }),
    says: ['The pipeline cannot be built', '"b" → "a" → "b"', 'Remove one subscription of the circle'],
  },
  {
    name: 'has an option out of range',
    program: programWith({
      pipeline: `export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers, 0);
  const sink = start('printer', printer);
  subscribe(sink, { to: source, maxDemand: 10, minDemand: 10 }); /* here */
});`,
    }),
    says: [
      'The pipeline cannot be built',
      'minDemand',
      '"printer" to "numbers"',
      'from 0 to 9',
      'received 10',
    ],
  },
];

const FAILS_IN_A_STAGE: readonly BadInput[] = [
  {
    name: 'throws in a callback',
    program: programWith({
      handleEvents: `handleEvents: (events: number[]) => {
    throw new Error(\`no \${events[0]}\`); /* here */
  },`,
    }),
    says: ['A stage failed', 'handleEvents of "printer" threw Error: no 0', 'run again'],
  },
  {
    name: 'rejects in an async callback',
    program: programWith({
      handleEvents: `handleEvents: async (events: number[]) => {
    await sleep(5);
    throw new TypeError(\`late \${events[0]}\`); /* here */
  },`,
    }),
    says: ['A stage failed', 'handleEvents of "printer" threw TypeError: late 0'],
  },
  {
    name: 'throws what is no error',
    program: programWith({ handleEvents: `handleEvents: () => { throw 'just words'; /* here */ },` }),
    says: ['A stage failed', 'handleEvents of "printer" threw "just words"', 'new Error('],
  },
  {
    name: 'returns something that is no step',
    program: programWith({ handleDemand: 'handleDemand: () => 42 as never, /* here */' }),
    says: ['A stage failed', 'handleDemand of "numbers"', 'received 42', 'More about bad_step'],
  },
  {
    name: 'emits what is no list',
    program: programWith({ handleDemand: "handleDemand: () => ({ events: 'abc' as never }), /* here */" }),
    says: ['A stage failed', 'handleDemand of "numbers"', 'events must be an array', 'received "abc"'],
  },
  {
    name: 'emits what cannot be sent',
    program: programWith({
      handleDemand: 'handleDemand: (_, next) => ({ events: [{ work: () => next }] as never }), /* here */',
    }),
    says: ['A stage failed', 'Cannot send from "numbers"', 'received function at events[0].work'],
  },
  {
    name: 'recurs for ever',
    program: programWith({
      before: 'function deeper(n: number): number { return deeper(n) + 1; } /* here */',
      handleEvents: 'handleEvents: (events: number[]) => { console.log(deeper(events.length)); },',
    }),
    says: [
      'A stage failed',
      'handleEvents of "printer" threw RangeError: Maximum call stack size exceeded',
      'A function calls itself again and again',
    ],
  },
  {
    name: 'throws in a timer',
    program: goodProgram('Received').replace(
      "console.log('Received', n);",
      "setTimeout(() => { throw new Error('too late'); }, 0); /* here */",
    ),
    says: ['The program failed', 'Outside every callback', 'Error: too late', 'timer'],
    ends: 'Finished',
  },
];

test('a program that cannot start says why and where', async ({ page }) => {
  await tellsOfEach(page, CANNOT_START);
});

test('a stage that fails is named, with its callback and its line', async ({ page }) => {
  await tellsOfEach(page, FAILS_IN_A_STAGE);
});

test('a type error is underlined, and the program runs; a correction takes a marker away', async ({
  page,
}) => {
  const lesson = await openExercise(page);
  const program = goodProgram('Received').replace(
    'const printer',
    "const wrong: number = 'text'; /* here */\nconsole.log(wrong);\n\nconst printer",
  );
  await lesson.writeProgram(program);
  await page.keyboard.press('ControlOrMeta+Home');
  await expect.poll(() => underlinedLines(lesson.editor)).toEqual([markedLine(program)]);
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Finished');
  await expect(lesson.console).toContainText('Received 2');

  const broken = goodProgram('Received').replace('const printer =', 'const printer /* here */');
  await lesson.writeProgram(broken);
  await lesson.run.click();
  await expect(problems(lesson)).toHaveCount(1);
  await lesson.writeProgram(goodProgram('Received'));
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(lesson.status).toHaveText('Finished');
  await expect(problems(lesson)).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+Home');
  await expect.poll(() => underlinedLines(lesson.editor)).toEqual([]);
});

test('a million lines are counted, and the newest or first of them shown', async ({ page }) => {
  const lesson = await openExercise(page);
  const frames = await countFrames(page);

  await runBad(lesson, {
    handleEvents: `handleEvents: () => {
    for (let i = 0; i < 1_000_000; i += 1) console.log('line', i);
    throw new Error('enough');
  },`,
  });
  await expect(lesson.status).toHaveText('Failed');
  await expect(printed(lesson, /line 199/)).toBeVisible();
  await expect(printed(lesson, /printed .*lines/)).toBeVisible();
  await stillDraws(frames, 'a million lines in one callback');

  await lesson.writeProgram(
    `for (let i = 0; i < 1_000_000; i += 1) console.log('line', i);\n${goodProgram('Received')}`,
  );
  await lesson.run.click();
  await expect(printed(lesson, /line 199/)).toBeVisible();
  await expect(notShown(lesson)).toHaveText(/^999,?800 earlier lines/);
  await expect(printed(lesson, /Received 2/)).toBeVisible();
  await stillDraws(frames, 'a million lines while loading');

  await runBad(lesson, {
    handleEvents: `handleEvents: (events: number[]) => {
    for (let i = 0; i < 100; i += 1) console.log('line', i, 'of', events[0]);
  },`,
  });
  await expect(lesson.status).toHaveText(/^Paused/);
  await expect(notShown(lesson)).toHaveText(/^\d/);
  await stillDraws(frames, 'a million lines over many callbacks');
  await endIfUnderWay(lesson);
  await nextRunWorks(lesson, 'after the flood');
});

test('an endless source is held until it may go on; a promise that never settles is stopped; giants are cut', async ({
  page,
}) => {
  const lesson = await openExercise(page);
  const frames = await countFrames(page);
  await runBad(lesson, {});
  await expect(lesson.status).toHaveText(/^Paused/);
  const { of: before } = await lesson.moment();
  await lesson.controls.getByRole('button', { name: 'Continue' }).click();
  await expect(async () => {
    expect((await lesson.moment()).of).toBeGreaterThan(before + 10_000);
  }).toPass();
  await expect(lesson.status).toHaveText(/^Paused/);
  await stillDraws(frames, 'an endless source');
  await endIfUnderWay(lesson);

  await runBad(lesson, {
    handleEvents: `handleEvents: async () => {
    console.log('waiting');
    await new Promise(() => {});
  },`,
  });
  await expect(lesson.console).toContainText('waiting');
  await expect(lesson.stage('printer')).toHaveAccessibleName(/busy in handleEvents/);
  await expect(lesson.status).toHaveText('Running');
  await lesson.stop.click();
  await expect(lesson.status).toHaveText('Stopped');

  await runBad(lesson, {
    handleDemand: `handleDemand: (_, next) => ({
    events: next === 0 ? ['x'.repeat(20_000_000) as never] : [],
    state: 1,
  }),`,
    handleEvents: `handleEvents: (events: unknown[]) => {
    console.log('y'.repeat(20_000_000), events[0]);
    throw new Error('z'.repeat(5_000_000));
  },`,
  });
  await expect(lesson.status).toHaveText('Failed');
  const problem = problems(lesson).first();
  await expect(problem).toContainText('handleEvents of "printer" threw Error: zzz');
  expect((await problem.innerText()).length).toBeLessThan(800);
  expect((await lesson.console.innerText()).length).toBeLessThan(10_000);
  await stillDraws(frames, 'huge values');
  await nextRunWorks(lesson, 'after the giants');
});

test('a check of a program that loops names the callback; one that throws, its line', async ({ page }) => {
  const lesson = await openExercise(page);
  const frames = await countFrames(page);
  const looping = programWith({ handleDemand: 'handleDemand: () => { while (true) {} }, /* here */' });
  await lesson.writeProgram(looping);
  await lesson.check();
  await expect(lesson.checks).toContainText('did not run');
  await expect(lesson.checks).toContainText('handleDemand of "numbers"');
  await expect(lesson.checks).toContainText(`start.ts:${markedLine(looping)}`);
  expect((await stillDraws(frames, 'a check that loops')).frames).toBeGreaterThan(20);

  const throwing = programWith({ before: "throw new Error('not today'); /* here */" });
  await lesson.writeProgram(throwing);
  await lesson.check();
  await expect(lesson.checks).toContainText('did not run');
  await expect(lesson.checks).toContainText('Error: not today');
  await expect(lesson.checks).toContainText(`start.ts:${markedLine(throwing)}`);

  const crashing = programWith({
    handleEvents: "handleEvents: () => { throw new Error('no'); }, /* here */",
  });
  await lesson.writeProgram(crashing);
  await lesson.check();
  await expect(lesson.checks).toContainText('handleEvents of "printer" threw Error: no');
  await expect(lesson.checks).toContainText(`start.ts:${markedLine(crashing)}`);

  await nextRunWorks(lesson, 'after the checks');
});

async function tellsOfEach(page: Page, inputs: readonly BadInput[]): Promise<void> {
  // Many programs on one page: opening the editor for each costs more than running it.
  test.slow();
  const lesson = await openExercise(page);
  const frames = await countFrames(page);
  for (const { name, program, says, ends = 'Failed', place } of inputs) {
    await test.step(name, async () => {
      await lesson.writeProgram(program);
      await lesson.run.click();
      await expect(lesson.status).toHaveText(ends);
      const problem = problems(lesson).first();
      for (const words of says) await expect(problem).toContainText(words);
      if (place !== 'none') await leadsTo(lesson, markedLine(program));
      await stillDraws(frames, name);
    });
  }
  await nextRunWorks(lesson, 'after all of them');
}

async function runBad(lesson: LessonPage, parts: Parameters<typeof programWith>[0]): Promise<void> {
  await lesson.writeProgram(programWith(parts));
  await lesson.run.click();
}

function printed(lesson: LessonPage, words: RegExp) {
  return lesson.console.getByRole('listitem').filter({ hasText: words }).first();
}

function notShown(lesson: LessonPage) {
  return lesson.console.getByText('earlier lines are not shown');
}
