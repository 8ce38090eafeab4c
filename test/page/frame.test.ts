/** The frame around every view: the way about, themes, operators and what they may do. */
import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';

import { openBoard, usd, type Board, type BoardOptions, type InspectOptions } from '../../index.ts';
import { useBrowser } from './browser.ts';

const TOKEN = 'a-token-of-24-characters';
const browsing = useBrowser();

async function inspected(
  options: InspectOptions = {},
  boardOptions: BoardOptions = {},
): Promise<{ board: Board; url: string }> {
  const board = browsing.later(await openBoard({ store: 'memory:', ...boardOptions }));
  board.breaker('search');
  const { url } = await board.inspect({ port: 0, ...options });
  return { board, url: url as string };
}

const focusedId = (page: Page): Promise<string> => page.evaluate('document.activeElement.id');
const hashOf = (page: Page): string => new URL(page.url()).hash;
const operator = (page: Page) => page.locator('.drop').last();
const themeOf = (page: Page): Promise<string | null> =>
  page.locator('html').getAttribute('data-theme');

test('the way about: titles, the current view, the focus at its beginning, and back', async () => {
  const { url } = await inspected({ title: 'Orders' });
  const page = await browsing.open(`${url}#/nowhere`);
  const nav = page.getByRole('navigation', { name: 'Views' });
  await expect.poll(() => page.title()).toBe('Board – Orders');
  for (const [view, title] of [
    ['Money', 'Money – Orders'],
    ['Coverage', 'Coverage – Orders'],
    ['Board', 'Board – Orders'],
  ] as const) {
    await nav.getByRole('link', { name: view }).click();
    await expect.poll(() => page.title()).toBe(title);
    expect(await nav.locator('[aria-current="page"]').textContent()).toBe(view);
    await expect.poll(() => focusedId(page)).toBe('main');
  }
  await page.goBack();
  await expect.poll(() => page.title()).toBe('Coverage – Orders');
});

test('the first key leads past the header', async () => {
  const { url } = await inspected();
  const page = await browsing.open(`${url}#/board?q=sea`);
  await page.locator('.tile').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => focusedId(page)).toBe('main');
  expect(hashOf(page)).toBe('#/board?q=sea');
});

test('the theme is the system’s until another is chosen, which is kept', async () => {
  const { url } = await inspected();
  const page = await browsing.open(url, { theme: 'dark' });
  await page.locator('.tile').waitFor();
  expect(await themeOf(page)).toBe('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => themeOf(page)).toBe('light');
  await operator(page).locator('summary').click();
  await page.getByText('dark', { exact: true }).click();
  await expect.poll(() => themeOf(page)).toBe('dark');
  await page.reload();
  await expect.poll(() => themeOf(page)).toBe('dark');
  await operator(page).locator('summary').click();
  await page.getByText('system', { exact: true }).click();
  await expect.poll(() => themeOf(page)).toBe('light');
});

test('health says why, and closes on Escape', async () => {
  const { board, url } = await inspected();
  board.breaker('search').forceOpen('for a test', { by: 'ada' });
  const page = await browsing.open(url);
  const health = page.locator('.drop').first();
  await health.locator('summary').click();
  await page.getByText('Breaker "search" is open').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Breaker "search" is open').waitFor({ state: 'hidden' });
  await health.locator('summary:focus').waitFor();
});

test('without a token of its own an inspector offers no way to act', async () => {
  const { url } = await inspected();
  const page = await browsing.open(`${url}#token=${encodeURIComponent(TOKEN)}`);
  await page.locator('.tile').waitFor();
  await operator(page).locator('summary').click();
  await page.getByText('This inspector shows and does not act').waitFor();
  expect(await page.getByRole('button', { name: /Shut the board down/ }).count()).toBe(0);
});

test('a token in the address is taken, and neither shown nor kept there', async () => {
  const { url } = await inspected({ token: TOKEN });
  const page = await browsing.open(`${url}#token=${encodeURIComponent(TOKEN)}`);
  await operator(page).getByText('operator').waitFor();
  expect(page.url()).toBe(url);
  expect(await page.evaluate<string>('JSON.stringify(localStorage)')).not.toContain('token');
  await page.reload();
  await operator(page).getByText('operator').waitFor();
  await operator(page).locator('summary').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Operator’s token').waitFor();
  expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).not.toContain(TOKEN);
});

test('an operator signs in, shuts the board down with a reason, and takes it up again', async () => {
  const { board, url } = await inspected({ token: TOKEN });
  const page = await browsing.open(url, { tolerate: /status of 401/ });
  await operator(page).locator('summary').click();
  await page.getByLabel('Operator’s token').fill('another-token-entirely');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('That is not the token.').waitFor();
  await page.getByLabel('Operator’s token').fill(TOKEN);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Your name').fill('ada');
  await page.getByRole('button', { name: /Shut the board down/ }).click();

  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Shut the board down' }).click();
  expect(board.emergency).toBeNull();
  await dialog.getByLabel('Reason').fill('prices are wrong');
  await dialog.getByLabel('Reason').press('Enter');
  await page.getByRole('log').getByText('The board is shut down').waitFor();
  const banner = page.locator('.banner.is-emergency');
  await banner.getByText('prices are wrong (ada').waitFor();
  expect(board.emergency).toMatchObject({ by: 'ada', reason: 'prices are wrong' });

  await page.keyboard.press('Escape');
  await banner.getByRole('button', { name: 'Resume' }).click();
  await dialog.getByLabel('Reason').fill('prices are right');
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await banner.waitFor({ state: 'detached' });
  expect(board.emergency).toBeNull();
});

test('a dialog that is left does nothing', async () => {
  const { board, url } = await inspected({ token: TOKEN });
  const page = await browsing.open(`${url}#token=${encodeURIComponent(TOKEN)}`);
  await operator(page).locator('summary').click();
  const ask = page.getByRole('button', { name: /Shut the board down/ });
  const dialog = page.getByRole('dialog');
  await ask.click();
  await dialog.getByLabel('Reason').fill('by mistake');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await ask.click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
  await expect.poll(focused).toMatch(/^Shut the board down/);
  expect(board.emergency).toBeNull();
});

/** Bytes of code and styles as they came to the browser. */
const BYTES_LOADED = `[...performance.getEntriesByType('navigation'),
  ...performance.getEntriesByType('resource')]
  .filter(({ name }) => /(\\.js|\\.css|\\/)$/.test(new URL(name).pathname))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

test.each([
  ['board', '.tile'],
  ['breaker/search', '.chart svg'],
  ['money', '.spend-canvas canvas'],
  ['coverage', '.chart svg'],
])('whoever opens the view %s loads less than 60 kB, compressed', async (view, shown) => {
  const budgets = [{ id: 'day', limit: usd(1), period: 'day' }] as const;
  const { board, url } = await inspected({}, { budgets });
  await board.budgets();
  const page = await browsing.open(`${url}#/${view}`);
  await page.locator(shown).first().waitFor();
  const bytes = await page.evaluate<number>(BYTES_LOADED);
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThan(60_000);
});

test('a view whose code does not come says so, and what to do', async () => {
  const { url } = await inspected();
  const page = await browsing.open(url, { tolerate: /ERR_FAILED/ });
  await page.locator('.tile').waitFor();
  await page.route('**/coverage-view-*.js', (route) => route.abort());
  await page.getByRole('link', { name: 'Coverage' }).click();
  await page.getByText('This view could not be loaded').waitFor();
  await page.unroute('**/coverage-view-*.js');
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await page.locator('.chart svg').first().waitFor();
});
