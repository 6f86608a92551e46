import { LessonPage } from './support/lesson-page.ts';
import { expect, expectNoAxeViolationsInBothThemes, test } from './support/sluice-test.ts';

/** The words of the documentation of Flow.Window: one window per hour of event time. */
const PROGRAM = `import { consumer, Flow, pipeline, Window } from 'sluice';
const words: [string, number][] = [
['elixir', 0], ['elixir', 1_000], ['erlang', 60_000], ['concurrency', 3_200_000],
['elixir', 4_000_000], ['erlang', 5_000_000], ['erlang', 6_000_000],
];
const counts = Flow.from(words, { stages: 1, maxDemand: 5 })
.partition({ stages: 1, maxDemand: 5, window: Window.fixed(1, 'hour', ([, time]: [string, number]) => time) })
.reduce(() => 0, (count) => count + 1)
.emit('state');
const board = consumer({ handleEvents: (events: number[]) => console.log(...events) });
export default pipeline(({ start, subscribe }) => {
subscribe(start('board', board), { to: start('words', counts) });
});
`;

test('an event is sent later, by keyboard and by mouse, and the engine tells what its windows make of it', async ({
  page,
}) => {
  const lesson = new LessonPage(page);
  const { picture } = lesson;
  await lesson.open();
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await lesson.writeProgram(PROGRAM);
  await lesson.run.click();
  await expect(lesson.status).toContainText('Finished');
  await picture.getByRole('tab', { name: 'Windows', exact: true }).click();

  const event = picture.getByRole('slider', { name: 'Event', exact: true });
  const trial = picture.getByRole('status').filter({ hasText: 'What would have happened' });
  const button = (name: string) => picture.getByRole('button', { name, exact: true });
  await expect(
    picture.getByText('2 windows, 0 open; fired 2 times, 2 events emitted; nothing late.'),
  ).toBeVisible();

  await test.step('by keyboard: the first word comes last, and is too late', async () => {
    await event.press('Home');
    await expect(event).toHaveAttribute(
      'aria-valuetext',
      /^\["elixir", 0\], .* number 1 of 7; it counts in 0–1 h/,
    );
    for (let place = 2; place <= 7; place += 1) {
      await event.press('Alt+ArrowRight');
      await expect(event).toHaveAttribute('aria-valuenow', String(place));
    }
    await expect(event).toHaveAttribute(
      'aria-valuetext',
      /too late, its window 0–1 h was over: the watermark stood at/,
    );
    await expect(trial).toContainText('fired 2 times, nothing late');
    await expect(trial).toContainText('fired 2 times, 1 late');
    await button('Reset to what happened').press('Enter');
    await expect(trial).toHaveCount(0);
  });

  await test.step('by mouse: the same', async () => {
    const marks = event.locator('g.mark');
    const [first, last] = [await marks.first().boundingBox(), await marks.last().boundingBox()];
    if (!first || !last) throw new Error('no marks');
    await page.mouse.move(first.x + first.width / 2, first.y + first.height / 2);
    await page.mouse.down();
    await page.mouse.move(last.x + last.width / 2, first.y, { steps: 6 });
    await page.mouse.up();
    await expect(trial).toContainText('fired 2 times, 1 late');
    await button('As a table').click();
    const late = picture.getByRole('region', { name: 'Late events as a table' });
    await expect(late.getByRole('row').last()).toContainText('["elixir", 0]');
    await button('Reset to what happened').click();
    await expect(late.getByRole('row').last()).toContainText('Nothing came too late.');
  });

  await test.step('an example runs in the page, and fires a window twice', async () => {
    await button('A late word is waited for').click();
    await expect(
      picture.getByText('2 windows, 0 open; fired 3 times, 3 events emitted; nothing late.'),
    ).toBeVisible();
    const hours = picture.getByRole('region', { name: 'Windows as a table' });
    await expect(hours.getByRole('row', { name: /^0–1 h/ }).getByRole('listitem')).toHaveCount(2);
    await expectNoAxeViolationsInBothThemes(page, 'windows');
    await button('Back to the run').click();
    await expect(picture.getByRole('heading', { name: 'Windows and watermark' })).toBeVisible();
  });
});
