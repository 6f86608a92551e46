import { LessonPage } from './support/lesson-page.ts';
import { savedBy } from './support/saved-file.ts';
import { expect, expectNoAxeViolationsInBothThemes, test } from './support/sluice-test.ts';

const PROGRAM = `import { consumer, pipeline, producer } from 'sluice';
const numbers = producer({
init: () => 0,
handleDemand: (demand, next) => next >= 30 ? { stop: 'normal' } : { events: [next, next + 1].slice(0, demand), state: next + 2 },
});
const printer = consumer({
handleEvents: (events: number[]) => console.log(events.length),
});
export default pipeline(({ start, subscribe }) => {
const source = start('numbers', numbers, undefined, { worker: 1 });
const sink = start('printer', printer, undefined, { worker: 2 });
subscribe(sink, { to: source, maxDemand: 4, minDemand: 2 });
});
`;

test('a run on its timeline: steps, lanes, the line that is lit, and bookmarks that are saved with it', async ({
  page,
}) => {
  const lesson = new LessonPage(page);
  await lesson.open('1-run');
  await lesson.skipPredictions();
  await lesson.writeProgram(PROGRAM);
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Finished');
  const { picture, timeline, editor } = lesson;
  const button = (name: string | RegExp) => picture.getByRole('button', { name });
  const words = (said: RegExp) => expect(timeline).toHaveAttribute('aria-valuetext', said);
  await expect(editor.locator('.cause-line')).toHaveCount(0);

  // By keyboard: by ask, by mark, and the line that each came from.
  await timeline.press('Home');
  await timeline.press('Shift+ArrowRight');
  await words(/printer asked numbers for its first 4: .*line 11 of start\.ts, where printer is started\./);
  await expect(editor.locator('.cause-line').first()).toBeVisible();
  await timeline.press(']');
  await words(/numbers ended/);
  await timeline.press('[');
  await words(/numbers ended/);

  // By mouse: ask by ask, as the buttons do it, and to the line.
  await timeline.press('Home');
  await button('Next ask').click();
  await button('Next ask').click();
  await words(/printer asked .*line 7 of start\.ts, handleEvents of printer\./);
  await button('start.ts:7').click();
  await expect(editor.locator('.lit-line').first()).toBeVisible();

  // A bookmark by key and by button, with a note; the lanes are folded and shown larger meanwhile.
  await timeline.press('b');
  await expect(button('Bookmark this moment')).toHaveAttribute('aria-pressed', 'true');
  await button(/bookmarks$/).click();
  await picture.getByRole('textbox', { name: /^Note of the bookmark/ }).fill('it asks again');
  await words(/Bookmark: it asks again\./);
  const { at } = await lesson.moment();
  await timeline.press('+');
  await expect(button('Show the whole run')).toBeVisible();
  await timeline.press('End');
  await button('Bookmark this moment').click();
  await expect(picture.getByRole('region', { name: 'Bookmarks' }).getByRole('listitem')).toHaveCount(2);
  await button('Bookmark this moment').click();
  await timeline.press('[');
  await timeline.press('[');
  await timeline.press('0');
  await expect(button('Show the whole run')).toBeHidden();
  await picture.getByRole('region', { name: 'Bookmarks' }).getByRole('button').first().click();
  expect((await lesson.moment()).at).toBe(at);

  await picture.getByRole('combobox', { name: 'Timeline by' }).selectOption('time');
  const worker = button(/^worker 2/);
  await worker.press('Enter');
  await expect(worker).toHaveAttribute('aria-expanded', 'false');
  const box = await timeline.boundingBox();
  if (!box) throw new Error('the timeline is not drawn');
  // Its lowest lane: the bar above stays in sight, and may lie over the others.
  const low = box.y + box.height - 6;
  await page.mouse.move(box.x + box.width - 2, low);
  await page.mouse.down();
  await page.mouse.move(box.x - 4, low, { steps: 3 });
  await page.mouse.up();
  await expect(timeline).toHaveAttribute('aria-valuenow', '0');
  await worker.click();
  await expect(worker).toHaveAttribute('aria-expanded', 'true');
  await button('Next mark').click();
  expect((await lesson.moment()).at).toBe(at);
  // What lies half under the bar that stays is no target of its full size.
  await button(/^worker 1/).evaluate((own) => own.scrollIntoView({ block: 'start' }));
  await expectNoAxeViolationsInBothThemes(page, 'a timeline with a bookmark');

  // Lines of other code are not lit.
  await lesson.code.focus();
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.insertText('\n');
  await expect(picture.getByText('the code has changed since this run')).toBeVisible();
  await expect(editor.locator('.cause-line')).toHaveCount(0);

  const file = await savedBy(page, () => button('Save the recording').click());
  await page.goto('/recordings/');
  await expect(page.getByRole('banner').getByText('Saved', { exact: true })).toBeVisible();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a recording' }).click();
  await (await chooser).setFiles(file.path);
  const moment = page.getByRole('slider', { name: 'Moment of the run' });
  await moment.press(']');
  await expect(moment).toHaveAttribute('aria-valuetext', /Bookmark: it asks again\. line 7 of start\.ts/);
  await page.getByText('The program that was recorded').click();
  await expect(page.locator('[data-cause]')).toHaveText(/handleEvents: \(events/);
});
