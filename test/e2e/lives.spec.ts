import { LessonPage } from './support/lesson-page.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';

/** Twelve numbers, doubled; the sink takes its time, so that they wait for it. */
const program = (
  maxDemand: number,
) => `import { consumer, pipeline, producer, producerConsumer, sleep } from 'sluice';

const numbers = producer({
init: () => 0,
handleDemand: (demand: number, next: number) => {
const size = Math.min(demand, 12 - next);
return { events: Array.from({ length: size }, (_, i) => next + i), state: next + size };
},
});
const doubled = producerConsumer({
handleEvents: (events: number[]) => ({ events: events.map((n) => 2 * n) }),
});
const sink = consumer({ handleEvents: () => sleep(40) });

export default pipeline(({ start, subscribe }) => {
const through = start('doubled', doubled);
subscribe(through, { to: start('numbers', numbers), maxDemand: 8, minDemand: 4 });
subscribe(start('sink', sink), { to: through, maxDemand: ${maxDemand}, minDemand: 1 });
});
`;

test('the life of an event adds up, is followed, and two runs are compared, by mouse and by keyboard', async ({
  page,
}) => {
  const lesson = new LessonPage(page);
  const { picture } = lesson;
  const tab = (name: string) => picture.getByRole('tab', { name, exact: true });
  const runToItsEnd = async (maxDemand: number) => {
    await lesson.writeProgram(program(maxDemand));
    await lesson.run.click();
    await expect(lesson.status).toContainText('Finished');
  };
  await lesson.open();
  await lesson.skipPredictions();
  await lesson.setSpeed('Full speed');
  await runToItsEnd(4);

  await test.step('an event is found by its value and its segments add up', async () => {
    await tab('Event').click();
    await picture.getByLabel('Value or key').fill('14');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(picture.getByRole('heading', { name: '14', exact: true })).toBeVisible();
    await expect(picture.getByText('doubled → sink, event 8 of 12')).toBeVisible();
    await picture.getByLabel('As a table').check();
    const table = picture.getByRole('region', { name: 'Segments of its life' });
    await expect(table.getByRole('row', { name: /^work/ })).toContainText('handled');
    const total = picture.getByRole('heading', { name: /^Where its time went/ });
    const last = await table.getByRole('row').last().getByRole('cell').nth(1).textContent();
    await expect(total).toContainText(last ?? '?');
    await picture.getByLabel('As a table').uncheck();
  });

  await test.step('a segment leads to its moment, the event before and its origin to their lives', async () => {
    const { of } = await lesson.moment();
    await picture.getByRole('button', { name: /^work, / }).press('Enter');
    await expect.poll(async () => (await lesson.moment()).at).toBeLessThan(of);
    await picture.getByRole('button', { name: /^7, event 8 from numbers to doubled/ }).click();
    await expect(picture.getByText('numbers → doubled, event 8 of 12')).toBeVisible();
    await picture.getByRole('button', { name: 'Previous', exact: true }).click();
    await expect(picture.getByRole('heading', { name: '6', exact: true })).toBeVisible();
    await picture.getByRole('button', { name: 'Slowest', exact: true }).press('Enter');
    await picture.getByRole('button', { name: 'Follow', exact: true }).click();
    await expect(picture.getByRole('button', { name: 'Follow', exact: true })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    await expectNoAxeViolations(page, 'the life of an event');
  });

  await test.step('a run of other demand asks otherwise and sends the same events', async () => {
    await runToItsEnd(3);
    await tab('Event').press('End');
    await tab('In words').press('ArrowLeft');
    await expect(tab('Compare')).toHaveAttribute('aria-selected', 'true');
    await expect(picture.getByRole('radio', { name: /^Run 1/ })).toBeChecked();
    await expect(
      picture.getByRole('heading', { name: 'Same events, other timing or batches' }),
    ).toBeVisible();
    await expect(
      picture.getByText(
        'sink subscribed to doubled with maxDemand 3 and minDemand 1; in the other run with maxDemand 4',
      ),
    ).toBeVisible();
    await expect(picture.getByRole('row', { name: /^asked for/ })).toBeVisible();
    await picture.getByRole('button', { name: 'Pin Run 1' }).press('Enter');
    await expect(picture.getByRole('button', { name: 'Pinned Run 1' })).toBeVisible();
    await picture.getByRole('button', { name: 'Show this moment' }).click();
    await expect(lesson.timeline).toHaveAttribute('aria-valuetext', /subscribed to doubled/);
    await expectNoAxeViolations(page, 'two runs compared');
  });

  await test.step('the picture shows the other run, and this one again where it stood', async () => {
    const pending = (max: number) =>
      picture.getByText(`max ${max}`, { exact: true }).filter({ visible: true });
    const { at } = await lesson.moment();
    await picture.getByRole('button', { name: 'See Run 1 in the picture' }).click();
    await expect(picture.getByRole('radio', { name: 'Run 1' })).toBeChecked();
    await expect(lesson.timeline).toHaveAttribute('aria-valuetext', /subscribed to doubled: at most 4/);
    await expect(pending(4)).toBeVisible();
    await expectNoAxeViolations(page, 'the other run in the picture');
    await picture.getByRole('radio', { name: 'Run 1' }).press('ArrowLeft');
    await expect(pending(3)).toBeVisible();
    await expect(page.locator('[data-announcements]')).toContainText('The picture shows this run');
    expect((await lesson.moment()).at).toBe(at);
    await picture.getByRole('button', { name: 'Done' }).press('Enter');
    await expect(picture.getByRole('radio', { name: 'This run' })).toBeHidden();
  });
});
