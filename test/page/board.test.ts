/**
 * The board in a real browser: every control, what changes live, and what strangers name things.
 */
import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';

import { openBoard, type Board } from '../../index.ts';
import { useBrowser, WAIT_MAX_MS } from './browser.ts';

const browsing = useBrowser();

async function boardWith(...names: string[]): Promise<{ board: Board; url: string }> {
  const board = browsing.later(await openBoard({ store: 'memory:' }));
  for (const name of names) board.breaker(name);
  const { url } = await board.inspect({ port: 0 });
  return { board, url: url as string };
}

/** Names of the tiles in the document, in its order. */
const shown = (page: Page): Promise<string[]> => page.locator('.tile-name').allTextContents();
const expectShown = (page: Page, names: readonly string[]): Promise<void> =>
  expect.poll(() => shown(page), { timeout: WAIT_MAX_MS }).toEqual(names);
const tile = (page: Page, name: string) => page.locator('.tile', { hasText: name });

test('a board without breakers says how to make the first, which then appears', async () => {
  const { board, url } = await boardWith();
  const page = await browsing.open(url);
  await page.getByText('No breakers yet').waitFor();
  expect(await page.locator('.snippet').textContent()).toContain("board.breaker('search')");
  board.breaker('search');
  await tile(page, 'search').waitFor();
});

test('a tile tells state, reason, time of the next probe and traffic, as they change', async () => {
  const { board, url } = await boardWith('quiet');
  const search = board.breaker('search', { trip: { policy: 'consecutive', failures: 3 } });
  const page = await browsing.open(url);
  await tile(page, 'search').getByText('closed', { exact: true }).waitFor();
  for (let call = 0; call < 3; call++) {
    await search.call(() => Promise.reject(new Error('no'))).catch(() => undefined);
  }
  const open = tile(page, 'search');
  await open.getByText('open', { exact: true }).waitFor();
  await open.getByText(/^probe/).waitFor();
  expect(await open.locator('.tile-reason').textContent()).not.toBe('');
  await open.getByText('100 %').first().waitFor();
  expect(await open.getByRole('img').getAttribute('aria-label')).toContain('3 failed or refused');
  await expectShown(page, ['search', 'quiet']);
  await page.locator('.health-critical').waitFor();
});

test('search, states and order show what is asked for, and a reload keeps them', async () => {
  const { board, url } = await boardWith('geo-2', 'geo-10', 'Mail', 'search');
  board.breaker('Mail').forceOpen('the index is rebuilt', { by: 'ada' });
  const page = await browsing.open(url);
  await expectShown(page, ['Mail', 'geo-2', 'geo-10', 'search']);

  await page.getByLabel('Search names and reasons').fill('GEO');
  await expectShown(page, ['geo-2', 'geo-10']);
  await page.getByText('2 of 4 breakers').waitFor();
  await page.getByLabel('Search names and reasons').fill('rebuilt');
  await expectShown(page, ['Mail']);

  await page.getByRole('button', { name: /^closed/ }).click();
  await page.getByText('No breaker is like that').waitFor();
  await page.getByRole('button', { name: 'Show all of them' }).click();
  await page.getByLabel('Order').selectOption('Name');
  await expectShown(page, ['geo-2', 'geo-10', 'Mail', 'search']);
  await page.getByRole('button', { name: /^closed/ }).click();
  await page.getByLabel('Search names and reasons').fill('e');
  await expectShown(page, ['geo-2', 'geo-10', 'search']);

  await page.reload();
  await expectShown(page, ['geo-2', 'geo-10', 'search']);
  expect(await page.getByLabel('Search names and reasons').inputValue()).toBe('e');
  expect(await page.getByLabel('Order').inputValue()).toBe('name');
  expect(await page.getByRole('button', { name: /^closed/ }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  expect(new URL(page.url()).hash).toBe('#/board?q=e&state=closed&sort=name');
});

test('the busiest and the last changed come first where that is asked for', async () => {
  const { board, url } = await boardWith('a', 'b', 'c');
  const page = await browsing.open(`${url}#/board?sort=calls`);
  await expectShown(page, ['a', 'b', 'c']);
  for (let call = 0; call < 30; call++) await board.breaker('c').call(() => Promise.resolve(1));
  await expectShown(page, ['c', 'a', 'b']);
  await page.getByLabel('Order').selectOption('Last change');
  board.breaker('b').forceOpen('for a test', { by: 'ada' });
  await expectShown(page, ['b', 'a', 'c']);
});

test('a tile leads to its breaker, by pointer and by key, whatever its name', async () => {
  const name = 'a/b?c#d %41 <i>é</i>';
  const { url } = await boardWith(name, 'other');
  const page = await browsing.open(url);
  await tile(page, name).click();
  await expect.poll(() => new URL(page.url()).hash).toBe(`#/breaker/${encodeURIComponent(name)}`);
  await expect.poll(() => page.title()).toContain(name);
  await page.goBack();
  await expect.poll(() => page.evaluate<string>('document.activeElement.id')).toBe('main');
  await page.locator('.tile-name').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).hash).toBe('#/breaker/other');
});

test('names and reasons of strangers are text', async () => {
  const hostile = `<img src=x onerror="document.title='taken'"><script>alert(1)</script>`;
  const { board, url } = await boardWith(hostile, '"><svg onload=alert(1)>', 'javascript:alert(1)');
  board.breaker(hostile).forceOpen(hostile, { by: '<b>ada</b>' });
  const page = await browsing.open(url);
  await page.getByText(hostile, { exact: true }).first().waitFor();
  expect(await page.locator('.tile-reason').first().textContent()).toContain(hostile);
  expect(await page.locator('main img, main script, main svg[onload]').count()).toBe(0);
  expect(await page.title()).toBe('Board – Fuseboard');
});

test('a name that no address can hold harms no other tile, and is said to be out of reach', async () => {
  const { url } = await boardWith('half \ud800 a character', 'whole');
  const page = await browsing.open(url);
  await tile(page, 'whole').waitFor();
  await tile(page, 'half').click();
  await page.getByText('There is no breaker “half \ufffd a character”.').waitFor();
  await page.goBack();
  await tile(page, 'whole').waitFor();
});

test('a server that is gone is told of, and one that is back on its port catches up', async () => {
  const { board, url } = await boardWith('search');
  const first = await board.inspect({ port: 0 });
  const page = await browsing.open(first.url as string, { tolerate: /ERR_|Failed to load/ });
  await tile(page, 'search').waitFor();
  await first.close();
  await page.getByText('The board does not answer').waitFor();
  board.breaker('search').forceOpen('while nobody looked', { by: 'ada' });
  board.breaker('new');
  await board.inspect({ port: Number(new URL(first.url as string).port) });
  await tile(page, 'search').getByText('ada: while nobody looked').waitFor();
  await tile(page, 'new').waitFor();
  await page.getByText('The board does not answer').waitFor({ state: 'detached' });
  expect(url).not.toBe(first.url);
});
