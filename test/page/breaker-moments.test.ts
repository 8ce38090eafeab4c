/** Time travel: any moment of the tape, by mouse, keys and slider, while the breaker moves on. */
import { expect, test } from 'vitest';

import { expectActive, fail, row, useBreakerPage } from './breaker-page.ts';

const { show } = useBreakerPage();

test('a chosen event shows chart, counts and context as they were, marked as past', async () => {
  const { breaker, page } = await show();
  await fail(breaker, 2);
  breaker.forceOpen('stop');
  await expectActive(page, 'open.latched');
  const context = page.locator('.context tr', { hasText: 'latches' });
  await context.getByText('operator by unknown').waitFor();

  await row(page, 'trip').locator('.tape-choose').click();
  await expectActive(page, 'open.cooling');
  await context.getByText('none').waitFor();
  await page.getByText(/Past: after trip at .*, in open\.cooling/).waitFor();
  await page.locator('.past-mark').waitFor();
  await page.getByText('1 newer event').waitFor();
  const forced = '[data-transition="breaker --operator.force_open--> open.latched"]';
  await page.locator(`${forced}.never`).waitFor();

  breaker.reset('go');
  await page.getByText('2 newer events').waitFor();
  await expectActive(page, 'open.cooling');

  await page.getByRole('button', { name: 'Back to live' }).click();
  await expectActive(page, 'closed');
  await page.locator(`${forced}:not(.never)`).waitFor();
  expect(await page.locator('.past-mark').count()).toBe(0);
});

test('arrow keys walk along the tape, unfold and fold, and Escape goes back to live', async () => {
  const { breaker, page } = await show();
  await fail(breaker, 2);
  breaker.forceOpen('stop');
  breaker.reset('go');
  await row(page, 'operator.reset').waitFor();
  await row(page, 'operator.reset').locator('.tape-choose').focus();
  await page.keyboard.press('ArrowDown');
  await expectActive(page, 'open.latched');
  await page.keyboard.press('ArrowRight');
  await page.locator('.is-chosen .tape-carried').waitFor();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => page.locator('.tape-carried').count()).toBe(0);
  await page.keyboard.press('End');
  await expectActive(page, 'open.cooling');
  await page.locator('.tape-choose:focus', { hasText: 'trip' }).waitFor();
  await page.keyboard.press('Escape');
  await expectActive(page, 'closed');
});

test('the slider and its buttons go through the moments, now being the last', async () => {
  const { breaker, page } = await show();
  await fail(breaker, 2);
  breaker.forceOpen('stop');
  await expectActive(page, 'open.latched');
  const slider = page.getByRole('slider', { name: 'Moment shown' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expectActive(page, 'open.cooling');
  expect(await slider.getAttribute('aria-valuetext')).toContain('after trip');
  await page.getByRole('button', { name: 'One event later' }).click();
  await page.getByText(/Past: after operator.force_open/).waitFor();
  await slider.focus();
  await page.keyboard.press('End');
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('now');
  await page.getByText('Live', { exact: true }).waitFor();
});

test('what is scrolled, unfolded, chosen and focused stays so while events come in', async () => {
  const { breaker, page } = await show();
  for (let round = 0; round < 20; round++) {
    await fail(breaker, 2);
    breaker.reset(`round ${round}`);
  }
  await expect.poll(() => page.locator('.tape-row').count()).toBe(40);
  const chosen = page.locator('.tape-row').nth(30);
  const seq = await chosen.getAttribute('data-seq');
  await chosen.locator('.tape-choose').click();
  await page.keyboard.press('ArrowRight');
  const same = page.locator(`.tape-row[data-seq="${seq}"]`);
  const place = async (): Promise<number> => (await same.boundingBox())?.y ?? NaN;
  const before = await place();

  await fail(breaker, 2);
  await expect.poll(() => page.locator('.tape-row').count()).toBe(41);
  // Less than a row's height: the row is where it was, give or take a rounding.
  expect(Math.abs((await place()) - before)).toBeLessThan(8);
  expect(await same.getAttribute('class')).toContain('is-chosen');
  await same.locator('.tape-carried').waitFor();
  expect(await same.locator('.tape-choose:focus').count()).toBe(1);
});

test('of ever more events the latest two hundred are kept, and a chosen one stays in view', async () => {
  const { breaker, page } = await show();
  await fail(breaker, 2);
  await row(page, 'trip').locator('.tape-choose').click();
  for (let round = 0; round < 150; round++) {
    breaker.reset(`round ${round}`);
    await fail(breaker, 2);
  }
  await page.getByText('the latest 200').waitFor();
  expect(await page.locator('.tape-row').count()).toBe(200);
  await page.getByText(/Past: after trip .*/).waitFor();
  await expectActive(page, 'open.cooling');
});
