import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';

test('a crash is held, guessed and let happen; settings decide what it costs', async ({ page }) => {
  await page.goto('/labs/crash');
  const rows = page.getByRole('region', { name: 'What you have tried' }).getByRole('row');
  const moment = page.getByRole('slider', { name: 'Moment of the run' });
  await page.getByRole('button', { name: 'Start' }).click();

  await test.step('by keyboard: at a moment, a guess in numbers, to the end', async () => {
    await moment.fill('3600');
    await moment.press('ArrowLeft');
    await page.getByRole('button', { name: 'Crash saver' }).press('Enter');
    await expect(page.getByRole('heading', { name: /“saver” crashes: 16 orders/ })).toBeFocused();
    const go = page.getByRole('button', { name: 'Let it crash' });
    await expect(go).toHaveAttribute('aria-disabled', 'true');
    await page.getByRole('spinbutton', { name: 'in the table once' }).fill('14');
    await page.getByRole('spinbutton', { name: 'in it twice' }).fill('2');
    await go.press('Enter');
    await page.getByRole('button', { name: 'To the end' }).press('Enter');
    await expect(page.getByText('It came as you said.', { exact: true })).toBeVisible();
    await expect(page.getByText(/orders 5 and 6 are in the table twice/).first()).toBeVisible();
    await expect(rows.nth(1)).toHaveText(/after the save.*22\s*0\s*2\s*at least once\s*✓ as you said/);
    await expectNoAxeViolations(page, 'the crash lab');
  });

  await test.step('by mouse: the same crash where the acknowledgement comes first', async () => {
    await page.getByRole('button', { name: 'Crash once more' }).click();
    await page.getByRole('radio', { name: 'Before the save' }).check();
    await expect(page.getByText('acknowledged: before the save')).toBeVisible();
    await page.getByRole('button', { name: 'Crash saver' }).click();
    await page.getByRole('button', { name: 'Crash without a guess' }).click();
    await page.getByRole('button', { name: 'To the end' }).click();
    await expect(rows.nth(2)).toHaveText(/before the save.*22\s*2\s*0\s*at most once\s*no guess/);
  });
});
