import { expect, expectNoAxeViolations, test } from './support/sluice-test.ts';
import { writeOver } from './support/writing.ts';

test('three dispatchers: a guess, three runs of one load, and who got what', async ({ page }) => {
  await page.goto('/twins');
  await expect(page, 'its first address still leads there').toHaveURL(/\/labs\/push-pull\/?$/);
  const both = page.getByRole('button', { name: 'Start both' });
  await expect(both, 'nothing runs before a guess').toHaveAttribute('aria-disabled', 'true');
  const left = page.getByRole('spinbutton', { name: /^Left/ });
  await writeOver(left, '-3');
  await left.press('Tab');
  await expect(left).toHaveAccessibleDescription('Give a whole number from 0 to 1000.');
  await page.getByRole('button', { name: 'Skip' }).click();
  await expect(both).toBeEnabled();
  await page.getByRole('navigation', { name: 'Site' }).getByRole('link', { name: 'Labs' }).click();
  await page.getByRole('link', { name: 'Same pipeline, three dispatchers' }).click();
  const run = page.getByRole('button', { name: 'Run all three' });
  const got = page.getByRole('row', { name: /^got/ }).getByRole('cell');
  const guess = page.getByRole('region', { name: 'What you expected' });

  await test.step('by keyboard: nothing runs before a guess', async () => {
    await expect(run).toHaveAttribute('aria-disabled', 'true');
    await page.getByRole('spinbutton', { name: /^Demand/ }).fill('60');
    await page.getByRole('spinbutton', { name: /^Broadcast/ }).fill('60');
    await page.getByRole('spinbutton', { name: /^Partition/ }).fill('15');
    await page.getByRole('radio', { name: 'under both of these' }).press('Space');
    await page.getByRole('radio', { name: 'in the dispatcher, for the slow one' }).press('Space');
    await page.getByRole('button', { name: 'That is my guess' }).press('Enter');
    await expect(page.getByRole('heading', { name: 'What you expected' })).toBeFocused();
    await page.getByRole('slider', { name: /^The slow one takes/ }).press('ArrowLeft');
    await run.press('Enter');
    const race = page.getByRole('main').getByText(/^The same orders and the same packers/);
    await expect(race).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('All three made the same 60 orders, one by one.')).toBeVisible();
    await expect(guess.getByRole('row', { name: /^Demand/ })).toContainText(/you said \d+ too many/);
    await expect(guess.getByRole('row', { name: /^Broadcast/ })).toContainText('as you said');
  });

  await test.step('the switch shows other deliveries of the same orders', async () => {
    const demand = (await got.allTextContents()).map(Number);
    expect(demand.reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(demand[3], 'the slow one gets fewer').toBeLessThan(Math.min(...demand.slice(0, 3)));
    await page.getByRole('radio', { name: 'Demand', exact: true }).press('ArrowRight');
    await expect(page.getByRole('radio', { name: 'Broadcast', exact: true })).toBeChecked();
    await expect(got).toHaveText(['60', '60', '60', '60']);
    await page.getByRole('radio', { name: 'Partition', exact: true }).click();
    await expect(got).toHaveText(['15', '15', '15', '15']);
    await expect(page.locator('[data-totals=partition] b')).toHaveText(['60', '60', '0', '0']);
    await expect(page.getByText(/^The dispatcher kept up to \d back for “slow”/)).toBeVisible();
    await expectNoAxeViolations(page, 'the lab of the dispatchers');
  });
});

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

  await test.step('what was tried is there on the next visit, until the list is emptied', async () => {
    await page
      .getByRole('navigation', { name: 'Other labs' })
      .getByRole('link', { name: 'One hot key' })
      .click();
    await expect(page).toHaveURL(/skew/);
    await page.goBack();
    await expect(rows).toHaveCount(3);
    await page.reload();
    await expect(rows.nth(2)).toHaveText(/before the save.*at most once/);
    await page.getByRole('button', { name: 'Empty the list' }).click();
    await expect(page.getByRole('heading', { name: 'What you have tried' })).toBeFocused();
    await expect(rows).toHaveCount(0);
    await page.reload();
    await expect(page.getByText(/adds a row here/)).toBeVisible();
    await expect(rows).toHaveCount(0);
  });
});

test('skew: a key is dragged to most of the load, more partitions change nothing, and salt breaks order and total', async ({
  page,
}) => {
  await page.goto('/labs/skew');
  const run = page.getByRole('button', { name: 'Run', exact: true });
  const runs = page.getByRole('region', { name: 'Your runs' }).locator('tbody tr');
  const status = page.getByRole('region', { name: 'The load' }).getByRole('status');
  await expect(run).toBeDisabled();
  const guess = page.getByRole('button', { name: 'That is my guess' });
  await expect(async () => {
    await page.getByRole('spinbutton', { name: /Which share of the work/ }).fill('25');
    await page.getByRole('radio', { name: 'Nothing changes' }).check();
    await expect(guess).toBeEnabled({ timeout: 500 });
  }).toPass();
  await guess.click();

  // By mouse, by keys, and as a number; the others give what it takes.
  const bar = page.getByRole('slider', { name: 'Milan, share of the orders' });
  const number = page.getByRole('spinbutton', { name: 'Milan, percent of the orders' });
  const box = await bar.boundingBox();
  if (!box) throw new Error('The bar of Milan is not to be seen');
  await page.mouse.move(box.x + box.width * 0.15, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  const dragged = Number(await number.inputValue());
  expect(dragged).toBeGreaterThan(35);
  await bar.press('ArrowRight');
  await expect(number).toHaveValue(String(dragged + 1));
  await writeOver(number, '60');
  await number.press('Enter');
  await expect(bar).toHaveValue('60');
  const shares = page.getByRole('group', { name: 'How often each city occurs' }).getByRole('slider');
  const all = await shares.evaluateAll((inputs) =>
    inputs.map((input) => Number(Reflect.get(input, 'value'))),
  );
  expect(all.reduce((sum, share) => sum + share, 0)).toBe(100);

  await run.click();
  await expect(status).toHaveText('Run 1: hottest lane 60 %, p99 950 ms.');
  await page.getByRole('radio', { name: '4', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await run.press('Enter');
  await expect(page.locator('[data-fact="compared"]')).toContainText('share stays 60 %, p99 stays 950 ms');
  const expected = page.getByRole('region', { name: 'What you expected' });
  await expect(expected.getByRole('row', { name: /^How much will eight/ })).toContainText('as you said');

  // On real workers nothing is told to the millisecond, but every order is counted.
  await page.getByRole('radio', { name: '4', exact: true }).check({ force: true });
  await page.getByRole('radio', { name: 'Two stages' }).check({ force: true });
  await page.getByRole('button', { name: 'Run on real workers' }).click();
  await expect(runs).toHaveCount(3, { timeout: 40_000 });
  await expect(runs.last()).toContainText(/real workers.*right/s);

  await page.getByRole('radio', { name: 'Salt the key' }).check({ force: true });
  await run.click();
  await expect(runs).toHaveCount(4);
  await expect(page.locator('[data-fact="order"]')).toContainText(/Broken: \d+ orders of Milan/);
  await expect(page.locator('[data-fact="totals"]')).toContainText('the plain loop 240');

  await runs.first().getByRole('button', { name: 'show run 1' }).press('Enter');
  await expect(page.locator('[data-fact="order"]')).toContainText('Kept');
  await expectNoAxeViolations(page, 'the skew lab');
  await runs.last().getByRole('button', { name: 'show run 4' }).click();
  await page.getByRole('button', { name: 'Show the first' }).click();
  await expect(page.getByRole('group', { name: 'Stages and subscriptions' })).toBeVisible();
});
