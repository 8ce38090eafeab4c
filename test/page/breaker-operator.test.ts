/** What an operator does with a breaker from its view, with and without the token. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { expectActive, fail, row, useBreakerPage } from './breaker-page.ts';

const { show } = useBreakerPage();

const operate = (page: Page, name: RegExp) =>
  page.locator('.operate').getByRole('button', { name });
const dialog = (page: Page) => page.getByRole('dialog');

/** Opens the dialog of a deed, gives the reason, does it. */
async function act(page: Page, deed: string, reason: string): Promise<void> {
  await operate(page, new RegExp(deed)).click();
  await dialog(page).getByLabel('Reason').fill(reason);
  await dialog(page).getByRole('button', { name: deed, exact: true }).click();
  await dialog(page).waitFor({ state: 'detached' });
}

test('without a token every act is seen and none can be done, and the page says why', async () => {
  const { page } = await show();
  const buttons = page.locator('.operate-buttons button');
  await expect.poll(() => buttons.count()).toBe(5);
  for (const button of await buttons.all()) expect(await button.isDisabled()).toBe(true);
  await page.getByText('This board was opened for watching only').waitFor();
  expect(await page.locator('.enabled button').count()).toBe(0);
});

test('a page that was not told the token says where to sign in', async () => {
  const { page } = await show({ hasToken: true, isSignedIn: false });
  await page.getByText('Only with the operator’s token').waitFor();
  expect(await operate(page, /Force open/).isDisabled()).toBe(true);
});

test('force open asks for a reason and says what it means; force closed and reset undo', async () => {
  const { breaker, page } = await show({ hasToken: true });
  await operate(page, /Force open/).click();
  await dialog(page).getByText('Every call is refused from now on').waitFor();
  await dialog(page).getByRole('button', { name: 'Force open', exact: true }).click();
  expect(await dialog(page).count()).toBe(1);
  expect(breaker.state).toBe('closed');
  await dialog(page).getByLabel('Reason').fill('the provider burns');
  await dialog(page).getByRole('button', { name: 'Force open', exact: true }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await expectActive(page, 'open.latched');
  await page.locator('.latches', { hasText: 'the provider burns by operator' }).waitFor();

  await act(page, 'Force closed', 'it burns no more');
  await expectActive(page, 'closed');
  await fail(breaker, 2);
  await expectActive(page, 'open.cooling');
  await act(page, 'Reset', 'begin anew');
  await expectActive(page, 'closed');
  expect(breaker.snapshot().tripCount).toBe(0);
});

test('rotating the key lifts what only a new key could lift', async () => {
  const { breaker, page } = await show({ hasToken: true });
  breaker.actor.send({ type: 'key.rejected', generation: 0, reason: 'HTTP 401', atMs: 1 });
  await expectActive(page, 'open.latched');
  await operate(page, /Rotate key/).click();
  await dialog(page).getByRole('button', { name: 'Rotate key' }).click();
  await expectActive(page, 'closed');
});

test('an event sent by hand has its fields filled in, and moves the breaker', async () => {
  const { breaker, page } = await show({ hasToken: true });
  await operate(page, /Send event/).click();
  const fields = dialog(page).getByLabel('Fields, as JSON');
  await dialog(page).getByLabel('Event').selectOption('trip');
  const filled = async (): Promise<unknown> => JSON.parse(await fields.inputValue());
  await expect.poll(filled).toMatchObject({ cause: 'consecutive_failures', generation: 0 });
  await dialog(page).getByRole('button', { name: 'Send' }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await expectActive(page, 'open.cooling');

  await page.locator('.enabled').getByRole('button', { name: 'probe.due' }).click();
  await expect.poll(filled).toEqual({ atMs: breaker.snapshot().probeAtMs });
  await dialog(page).getByRole('button', { name: 'Send' }).click();
  await expectActive(page, 'half_open');
});

test('fields that are no JSON object are not sent, and the editor says why', async () => {
  const { page } = await show({ hasToken: true });
  await page.locator('.enabled').getByRole('button', { name: 'budget.warned' }).click();
  const fields = dialog(page).getByLabel('Fields, as JSON');
  await fields.fill('{ atMs: }');
  await dialog(page).getByRole('button', { name: 'Send' }).click();
  await dialog(page).getByRole('alert').getByText('This is not JSON').waitFor();
  await fields.fill('[1]');
  await dialog(page).getByRole('button', { name: 'Send' }).click();
  await dialog(page).getByRole('alert').getByText('a JSON object').waitFor();
  expect(await row(page, 'budget.warned').count()).toBe(0);
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
});

test('what the board refuses is told where it was asked for, and nothing moves', async () => {
  const { breaker, page, url } = await show({
    hasToken: true,
    isSignedIn: false,
    tolerate: /status of 401/,
  });
  await page.goto(`${url}#/breaker/search&token=not-the-token`);
  await operate(page, /Send event/).click();
  await dialog(page).getByLabel('Event').selectOption('budget.exceeded');
  await dialog(page).getByRole('button', { name: 'Send' }).click();
  await dialog(page).getByRole('alert').getByText('That is not the token.').waitFor();
  expect(breaker.state).toBe('closed');
  expect(await page.locator('.tape-row').count()).toBe(0);
});
