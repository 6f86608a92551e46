import { LessonPage, programOf } from './support/lesson-page.ts';
import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';

test('a run that shows a mistake says so when it is over, with hints one at a time and the moment', async ({
  page,
}) => {
  const lesson = new LessonPage(page);
  const { picture } = lesson;
  const note = picture.getByRole('region', { name: 'Worth a look:' });
  const tab = picture.getByRole('tab', { name: 'Worth a look' });
  const panel = picture.getByRole('tabpanel', { name: 'Worth a look' });
  await lesson.open('2-random');
  await lesson.skipPredictions();
  await lesson.writeProgram(programOf('2-random', 'wrong/ignores-low-demand.ts'));
  await lesson.setSpeed('Full speed');
  await lesson.run.click();
  await expect(lesson.status).toHaveText('Running');
  await expect(note).toBeHidden();
  await expect(lesson.status).toHaveText('Finished');
  await expect(note).toContainText('“numbers” answered asks for 10 events or more, and sent nothing');

  await note.getByRole('button', { name: 'Look', exact: true }).press('Enter');
  await expect(tab).toHaveAttribute('aria-selected', 'true');
  await expect(note).toBeHidden();
  const hints = panel.getByRole('listitem').getByRole('listitem');
  await expect(hints).toHaveCount(0);
  await panel.getByRole('button', { name: 'Show a hint' }).click();
  await expect(hints).toHaveText([/^Where to look\./]);
  await panel.getByRole('button', { name: 'Show the next hint' }).press('Enter');
  await expect(hints).toHaveText([/^Where to look\./, /^Which idea\./]);
  await expectNoAxeViolations(page, 'what a run shows');

  await panel.getByRole('button', { name: /^Show me/ }).press('Enter');
  await expect(lesson.stage('numbers')).toHaveAttribute('aria-pressed', 'true');
  await expect(lesson.stage('numbers')).toBeVisible();
  // What was opened stays open, and what was put away stays away.
  await note.getByRole('button', { name: 'Look', exact: true }).click();
  await expect(hints).toHaveCount(2);
  await picture.getByRole('tab', { name: 'Picture' }).click();
  await note.getByRole('button', { name: 'Close this note' }).click();
  await expect(note).toBeHidden();

  await lesson.writeProgram(programOf('2-random', 'solution.ts'));
  await lesson.run.click();
  await expect(lesson.console).toContainText(/Received \d+/);
  await lesson.stop.click();
  await expect(lesson.status).toHaveText('Stopped');
  await expect(tab).toBeHidden();
  await expect(note).toBeHidden();
});
