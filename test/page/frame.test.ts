/** The frame around every view: the way about, themes, operators and what they may do. */
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';

import { openBoard, type Board, type InspectOptions } from '../../index.ts';
import { useBrowser } from './browser.ts';

const TOKEN = 'a-token-of-24-characters';
const browsing = useBrowser();

async function inspected(options: InspectOptions = {}): Promise<{ board: Board; url: string }> {
  const board = browsing.later(await openBoard({ store: 'memory:' }));
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

test('the page is under 60 kB compressed; the library of charts comes with the first chart', async () => {
  const folder = resolve(import.meta.dirname, '../../dist/visualizations/page');
  const files = await readdir(folder);
  expect(files.sort()).toEqual(['index.html', 'page.css', 'page.js', 'uPlot.esm.js']);
  const atOnce = files.filter((file) => file !== 'uPlot.esm.js');
  const contents = await Promise.all(atOnce.map((file) => readFile(resolve(folder, file))));
  const bytes = contents.reduce((sum, content) => sum + gzipSync(content).length, 0);
  expect(bytes).toBeLessThan(60 * 1_024);
});
