/** Ten thousand breakers on the board: few of them in the document, all of them within reach. */
import { beforeAll, afterAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';

import { openBoard, type Board } from '../../index.ts';
import { useBrowser, WAIT_MAX_MS } from './browser.ts';

const COUNT = 10_000;
/** What a screen of 1280 by 800 shows, and some to spare. */
const TILES_MAX = 60;

const browsing = useBrowser();
let board: Board;
let url: string;

beforeAll(async () => {
  board = await openBoard({ store: 'memory:', breakersMax: COUNT });
  for (let at = 0; at < COUNT; at++) board.breaker(`service-${at}`);
  url = (await board.inspect({ port: 0 })).url as string;
});
afterAll(() => board.close());

const focused = (page: Page): Promise<string | null> =>
  page.evaluate('document.activeElement.textContent');
const expectFocused = (page: Page, name: string): Promise<void> =>
  expect.poll(() => focused(page), { timeout: WAIT_MAX_MS }).toBe(name);

async function openAll(): Promise<Page> {
  const page = await browsing.open(`${url}#/board?sort=name`);
  await page.getByText('10,000 of 10,000 breakers').waitFor();
  return page;
}

test('the document stays small, and each tile says which of all it is', async () => {
  const page = await openAll();
  await page.locator('.tile').first().waitFor();
  expect(await page.locator('.tile').count()).toBeLessThan(TILES_MAX);
  const first = page.getByRole('listitem').filter({ hasText: 'service-0' }).first();
  expect(await first.getAttribute('aria-posinset')).toBe('1');
  expect(await first.getAttribute('aria-setsize')).toBe('10000');
});

test('scrolling shows the tiles of the place it leads to', async () => {
  const page = await openAll();
  await page.evaluate('scrollTo(0, document.body.scrollHeight)');
  await page.getByText('service-9999', { exact: true }).waitFor();
  expect(await page.getByText('service-0', { exact: true }).count()).toBe(0);
  expect(await page.locator('.tile').count()).toBeLessThan(TILES_MAX);
  await page.evaluate('scrollTo(0, document.body.scrollHeight / 2)');
  await page.getByText('service-5000', { exact: true }).waitFor();
  const places = await page.evaluate<number[]>(
    "[...document.querySelectorAll('.slot')].map((slot) => slot.getBoundingClientRect().top)",
  );
  expect(Math.min(...places)).toBeLessThan(100);
  expect(Math.max(...places)).toBeGreaterThan(700);
});

test('keys lead to every tile, and to it the window follows', async () => {
  const page = await openAll();
  await page.getByLabel('Order').focus();
  await page.keyboard.press('Tab');
  await expectFocused(page, 'service-0');
  await page.keyboard.press('ArrowRight');
  await expectFocused(page, 'service-1');
  await page.keyboard.press('ArrowDown');
  await expectFocused(page, 'service-5');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expectFocused(page, 'service-1');
  await page.keyboard.press('PageDown');
  await expectFocused(page, 'service-13');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowLeft');
  await expectFocused(page, 'service-0');
  await page.keyboard.press('End');
  await expectFocused(page, 'service-9999');
  const box = await page.getByText('service-9999', { exact: true }).boundingBox();
  expect(box?.y).toBeLessThan(800);
  await page.keyboard.press('Home');
  await expectFocused(page, 'service-0');
  await page.keyboard.press('Shift+Tab');
  await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('SELECT');
});

test('a tile out of sight keeps the focus, and one that changes its place takes it along', async () => {
  const page = await openAll();
  await page.getByText('service-1', { exact: true }).focus();
  await page.evaluate('scrollTo(0, 100000)');
  await page.locator('[aria-posinset="2400"]').waitFor();
  await expectFocused(page, 'service-1');
  await page.evaluate('scrollTo(0, 0)');

  await page.getByLabel('Order').selectOption('Attention first');
  const name = 'service-9';
  await page.getByText(name, { exact: true }).focus();
  board.breaker(name).forceOpen('for a test', { by: 'ada' });
  await page.locator('[aria-posinset="1"]', { hasText: name }).waitFor();
  await expectFocused(page, name);
  await page.keyboard.press('ArrowRight');
  await expectFocused(page, 'service-0');
  board.breaker(name).reset('the test is over', { by: 'ada' });
});

test('searching finds one of them, and what it changes to is seen', async () => {
  const page = await openAll();
  await page.getByLabel('Search names and reasons').fill('service-7777');
  await page.getByText('1 of 10,000 breakers').waitFor();
  await page.getByRole('button', { name: /^open 0$/ }).waitFor();
  board.breaker('service-7777').forceOpen('for a test', { by: 'ada' });
  await page.getByText('ada: for a test').waitFor();
  await page.getByRole('button', { name: /^open 1$/ }).waitFor();
  board.breaker('service-7777').reset('the test is over', { by: 'ada' });
  await page.locator('.tile.state-closed').waitFor();
});

test('tiles that went out of sight are let go', async () => {
  const page = await openAll();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const countNodes = async (): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'Nodes')?.value ?? NaN;
  };
  // By a part of what is seen each time, so that tiles come and go one after the other.
  const roam = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += 8) {
      const slot = `[aria-posinset="${at}"]`;
      await page.locator(slot).waitFor();
      await page.evaluate(`document.querySelector('${slot}').scrollIntoView()`);
    }
  };
  await roam(1, 100);
  const before = await countNodes();
  await roam(101, 500);
  expect(await countNodes()).toBeLessThan(before * 1.5);
});
