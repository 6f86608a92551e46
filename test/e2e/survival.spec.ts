import { markedLine, programWith } from './support/bad-programs.ts';
import {
  endIfUnderWay,
  leadsTo,
  nextRunWorks,
  openExercise,
  problems,
  stillDraws,
} from './support/bad-runs.ts';
import { ENDLESS_PROGRAMS } from './support/endless-programs.ts';
import { countFrames } from './support/frames.ts';
import { expect, test } from './support/sluice-test.ts';

test('whatever never comes back is named with its loop, while the page lives on', async ({ page }) => {
  test.slow();
  const lesson = await openExercise(page);
  const frames = await countFrames(page);
  for (const { name, program, says, hangs } of ENDLESS_PROGRAMS) {
    await test.step(name, async () => {
      await lesson.writeProgram(program);
      await lesson.run.click();
      await expect(lesson.status).toHaveText('Failed');
      for (const words of says) await expect(problems(lesson).first()).toContainText(words);
      await leadsTo(lesson, markedLine(program));
      if (hangs !== undefined) await expect(lesson.stage(hangs)).toHaveAccessibleName(/never came back/);
      await stillDraws(frames, name);
    });
  }
  await nextRunWorks(lesson, 'after the loops');
});

test('while one stage goes round for ever the others go on, and Stop ends it at once', async ({ page }) => {
  const lesson = await openExercise(page);
  const program = `import { consumer, fromInterval, pipeline, producer } from 'sluice';

const numbers = producer({ handleDemand: () => ({ events: [1] }) });
const looper = consumer({
  handleEvents: () => {
    console.log('looping');
    for (;;) {} /* here */
  },
});
const clock = fromInterval(50);
const ticker = consumer({
  init: () => 0,
  handleEvents: (events, n) => {
    console.log('tick', n);
    return { state: n + events.length };
  },
});

export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers);
  const other = start('clock', clock);
  subscribe(start('looper', looper), { to: source });
  subscribe(start('ticker', ticker), { to: other });
});
`;
  await lesson.writeProgram(program);
  await lesson.run.click();
  await expect(lesson.console).toContainText('looping');
  await expect(lesson.console).toContainText('tick 15');
  await expect(lesson.status).toHaveText('Failed');
  await leadsTo(lesson, markedLine(program));

  await lesson.run.click();
  await expect(lesson.console).toContainText('looping');
  // On a busy machine the watchdog may be there first.
  await endIfUnderWay(lesson);
  await nextRunWorks(lesson, 'after the stop');
});

/** What is too much, and the words that say so. */
const TOO_MUCH = [
  {
    name: 'a million stages',
    program: programWith({
      pipeline: `export default pipeline(({ start }) => {
  for (let i = 0; i < 1_000_000; i += 1) start(\`stage \${i}\`, printer); /* here */
});`,
    }),
    says: ['at most 10,000 stages', 'Look for a loop that starts stages'],
  },
  {
    name: 'a million subscriptions',
    program: programWith({
      pipeline: `export default pipeline(({ start, subscribe }) => {
  const source = start('numbers', numbers, 0);
  const sink = start('printer', printer);
  for (let i = 0; i < 1_000_000; i += 1) subscribe(sink, { to: source }); /* here */
});`,
    }),
    says: ['at most 100,000 subscriptions'],
  },
  {
    name: 'a name of a hundred megabytes',
    program: programWith({
      pipeline: `export default pipeline(({ start }) => {
  start('x'.repeat(100_000_000), printer); /* here */
});`,
    }),
    says: ['a text of 1 to 200 characters'],
  },
  {
    name: 'a text of a hundred megabytes in an error',
    program: programWith({
      handleEvents: `handleEvents: () => {
    throw new Error('x'.repeat(100_000_000)); /* here */
  },`,
    }),
    says: ['handleEvents of "printer" threw Error: xxx'],
  },
  {
    name: 'four billion events',
    program: programWith({
      handleDemand: 'handleDemand: () => ({ events: new Array(2 ** 32 - 1) }), /* here */',
    }),
    says: ['one step may emit at most 33,554,432 events'],
  },
  {
    name: 'a getter that throws in a step',
    program: programWith({
      handleDemand: `handleDemand: () => ({
    get events(): number[] { throw new Error('hands off'); }, /* here */
  }),`,
    }),
    says: ['handleDemand of "numbers" threw Error: hands off'],
  },
];

test('what is too much is refused, or cut, with what may be and where', async ({ page }) => {
  test.slow();
  const lesson = await openExercise(page);
  const frames = await countFrames(page);
  for (const { name, program, says } of TOO_MUCH) {
    await test.step(name, async () => {
      await lesson.writeProgram(program);
      await lesson.run.click();
      await expect(lesson.status).toHaveText('Failed');
      for (const words of says) await expect(problems(lesson).first()).toContainText(words);
      await leadsTo(lesson, markedLine(program));
      await stillDraws(frames, name);
    });
  }
  await nextRunWorks(lesson, 'after what was too much');
});

test('a pipeline too large to draw runs all the same', async ({ page }) => {
  const lesson = await openExercise(page);
  const frames = await countFrames(page);
  await lesson.writeProgram(
    programWith({
      handleEvents: `handleEvents: (events: number[]) => {
    if (events.includes(0)) console.log('arrived');
  },`,
      pipeline: `export default pipeline(({ start, subscribe }) => {
  for (let i = 0; i < 150; i += 1) {
    subscribe(start(\`printer \${i}\`, printer), { to: start(\`numbers \${i}\`, numbers, 0) });
  }
});`,
    }),
  );
  await lesson.run.click();
  await expect(lesson.picture).toContainText('This pipeline is too large to draw');
  await expect(lesson.picture).toContainText('300 stages and 150 subscriptions');
  await expect(lesson.console).toContainText('arrived');
  await stillDraws(frames, 'many pairs of stages');
  await endIfUnderWay(lesson);
  await nextRunWorks(lesson, 'after the crowd');
});
