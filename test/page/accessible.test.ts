/** Every view, light and dark, narrow and wide, as axe judges it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

import { openBoard, type Board } from '../../index.ts';
import { useBrowser } from './browser.ts';

const browsing = useBrowser();
const TOKEN = 'a-token-of-24-characters';
let axe: string;
let board: Board;
let url: string;

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  board = await openBoard({ store: 'memory:' });
  board.breaker('mail');
  board.breaker('geo').forceOpen('the index is rebuilt', { by: 'ada' });
  const search = board.breaker('search', { trip: { policy: 'consecutive', failures: 1 } });
  await search.call(() => Promise.reject(new Error('no'))).catch(() => undefined);
  const inspector = await board.inspect({ port: 0, token: TOKEN });
  url = inspector.url as string;
});
afterAll(() => board.close());

/** Views, and what each has once it is there. */
const VIEWS = [
  ['board', '.tile'],
  ['breaker/search', 'main h1'],
  ['money', 'main h1, main .empty'],
  ['coverage', 'main h1'],
] as const;
const LOOKS = [360, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((theme) => [width, theme] as const),
);
const CASES = VIEWS.flatMap(([view, sign]) =>
  LOOKS.map(([width, theme]) => ({ view, sign, width, theme })),
);

test.each(CASES)('axe finds nothing in $view at $width px, $theme', async (at) => {
  const { view, sign, width, theme } = at;
  const page = await browsing.open(`${url}#/${view}`, { width, theme, bypassCSP: true });
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
  await page.locator(sign).first().waitFor();
  expect(await violations(page)).toEqual([]);
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow).toBe(0);
});

test('axe finds nothing in what hangs from the header, nor in a dialog', async () => {
  const page = await browsing.open(`${url}#token=${encodeURIComponent(TOKEN)}`, {
    bypassCSP: true,
  });
  await page.locator('.drop summary').first().click();
  expect(await violations(page)).toEqual([]);
  await page.locator('.drop summary').last().click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: /Shut the board down/ }).click();
  await page.getByRole('dialog').waitFor();
  expect(await violations(page)).toEqual([]);
});

test('axe finds nothing on a board without breakers', async () => {
  const none = browsing.later(await openBoard({ store: 'memory:' }));
  const { url: at } = await none.inspect({ port: 0 });
  const page = await browsing.open(at as string, { width: 360, bypassCSP: true });
  await page.locator('.snippet').waitFor();
  expect(await violations(page)).toEqual([]);
});

async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe });
  const results = await page.evaluate<AxeResults>('axe.run()');
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
