/** The view of what generated tests and live traffic cover, in a real browser. */
import { expect, test } from 'vitest';

import { fail, useBreakerPage } from './breaker-page.ts';

const { show } = useBreakerPage();

test('both sides tell how much they cover, and live traffic is counted as it comes', async () => {
  const { breaker, page, url } = await show();
  await page.goto(`${url}#/coverage`);
  await page.getByText(/^66 of 66 transitions, by \d+ tests$/).waitFor();
  await page.getByText(/^0 of 66 transitions, over all breakers/).waitFor();
  const [tested, live] = [0, 1].map((side) => page.locator('.coverage-side').nth(side));
  await live?.locator('.edge.uncovered').first().waitFor();
  expect(await tested?.locator('.row.uncovered').count()).toBe(0);

  await fail(breaker, 2);
  await page.getByText(/^1 of 66 transitions, over all breakers/).waitFor();
  const trip = '[data-transition="closed --trip--> open.cooling"]';
  await live?.locator(`${trip}.covered`).waitFor();
});

test('the list tells tests and traffic of each transition, and can show what is missing', async () => {
  const { breaker, board, page, url } = await show();
  const other = board.breaker('other', { failureThreshold: 1 });
  await page.goto(`${url}#/coverage`);
  await fail(breaker, 2);
  await fail(other);
  const rows = page.locator('.coverage-list tbody tr');
  const trip = rows.filter({ hasText: 'A trip policy reached its threshold' }).first();
  await expect.poll(() => rows.count()).toBe(66);
  await expect
    .poll(() => trip.locator('td').allInnerTexts())
    .toEqual([
      'closed',
      'trip [isCurrent]',
      'open.cooling',
      '✓ tested',
      '2',
      '2',
      'A trip policy reached its threshold: open until the first probe.',
    ]);
  await page.getByText('Never taken live').click();
  await expect.poll(() => rows.count()).toBe(65);
  await rows.filter({ hasText: 'The budget has room again.' }).getByText('never').waitFor();
  await page.getByText('Not tested').click();
  await expect.poll(() => rows.count()).toBe(0);
});

test('it says how to get such tests for a machine of one’s own', async () => {
  const { page, url } = await show();
  await page.goto(`${url}#/coverage`);
  await page.getByText('npx fuseboard paths --machine').waitFor();
  await page.getByRole('button', { name: 'Copy' }).waitFor();
});
