/** The view of a breaker for everybody: by keys alone, read out, on small screens, under attack. */
import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { expectActive, fail, row, useBreakerPage } from './breaker-page.ts';

const { show } = useBreakerPage();
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      readonly axe: { run(): Promise<{ readonly violations: readonly Violation[] }> };
    };
    return (await axe.run()).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => String(node.target)).join()}`);
}

test.each(['light', 'dark'] as const)('axe finds nothing to complain of in %s', async (theme) => {
  const { breaker, page } = await show({ theme, bypassCSP: true, hasToken: true });
  await fail(breaker, 2);
  breaker.forceOpen('stop');
  breaker.actor.send({ type: 'probe.due', atMs: 1 });
  await row(page, 'trip').locator('.tape-choose').click();
  await page.keyboard.press('ArrowRight');
  await page.getByText('The chart in words').click();
  await page.getByText('Options', { exact: true }).click();
  await expectActive(page, 'open.cooling');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.locator('.operate').getByRole('button', { name: /Send/ }).click();
  await page.getByRole('dialog').waitFor();
  expect(await violations(page)).toEqual([]);
});

test('with keys alone one forces open, finds the event on the tape, and looks back', async () => {
  const { page } = await show({ hasToken: true, names: ['one'] });
  const isAt = async (text: string): Promise<boolean> =>
    (await page.locator(':focus').filter({ hasText: text }).count()) > 0;
  const tabTo = async (text: string): Promise<void> => {
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      if (await isAt(text)) return;
    }
    throw new Error(`The Tab key never came to ${text}.`);
  };
  await tabTo('Force open');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('by keys');
  await page.keyboard.press('Enter');
  await expectActive(page, 'open.latched');
  await tabTo('closed → open.latched');
  await page.keyboard.press('Enter');
  await page.getByText(/Past: after operator.force_open/).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Live', { exact: true }).waitFor();
});

test('[ and ] go to the breakers before and after, but not while one writes', async () => {
  const { page, url } = await show({ names: ['b', 'a', 'c'], hasToken: true });
  await page.goto(`${url}#/board`);
  await page.locator('.tile-name').first().waitFor();
  await page.goto(`${url}#/breaker/b`);
  const heading = page.getByRole('heading', { level: 1 });
  await page.getByRole('link', { name: 'c →' }).waitFor();
  await page.keyboard.press(']');
  await expect.poll(() => heading.textContent()).toBe('c');
  await page.getByRole('link', { name: '← b' }).waitFor();
  await page.keyboard.press('[');
  await expect.poll(() => heading.textContent()).toBe('b');
  await page.locator('.operate').getByRole('button', { name: /Reset/ }).click();
  await page.getByLabel('Reason').focus();
  await page.keyboard.type('[');
  expect(await page.getByLabel('Reason').inputValue()).toBe('[');
  expect(await heading.textContent()).toBe('b');
});

test('a breaker that is not there gets a friendly word, and shows once it is made', async () => {
  const { board, page, url } = await show();
  await page.goto(`${url}#/breaker/later%2Fon`);
  await page.getByText('There is no breaker “later/on”.').waitFor();
  expect(await page.getByRole('link', { name: /See the breakers/ }).getAttribute('href')).toBe(
    '#/board',
  );
  board.breaker('later/on');
  await page.getByRole('heading', { level: 1, name: 'later/on' }).waitFor();
});

test('names, reasons and payloads that are markup stay text', async () => {
  const evil = '<img src=x onerror=document.title=1><script>document.title=2</script>';
  const { breaker, page } = await show({ names: [evil] });
  breaker.forceOpen(evil, { by: evil });
  await expectActive(page, 'open.latched');
  await row(page, 'operator.force_open')
    .getByRole('button', { name: /carried/ })
    .click();
  await page.locator('pre', { hasText: 'onerror' }).waitFor();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(evil);
  expect(await page.locator('.latches').textContent()).toContain(evil);
  expect(await page.locator('main img, main script').count()).toBe(0);
  expect(await page.title()).toContain('<img');
});

test.each([360, 1280, 1920])('at %i pixels nothing is wider than the page', async (width) => {
  const { breaker, page } = await show({ width, names: ['a'.repeat(120)] });
  breaker.forceOpen('x'.repeat(1_024), { by: 'y'.repeat(256) });
  await expectActive(page, 'open.latched');
  const wider = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(wider).toBe(0);
});

test('the chart grows and shrinks by buttons, keys and wheel, and fits again', async () => {
  const { page } = await show();
  const svg = page.locator('.chart-frame svg');
  const widthOf = async (): Promise<number> => (await svg.boundingBox())?.width ?? NaN;
  const before = await widthOf();
  await page.getByRole('button', { name: 'Larger' }).click();
  await expect.poll(widthOf).toBeGreaterThan(before * 1.2);
  await page.locator('.chart-frame').focus();
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  await expect.poll(widthOf).toBeLessThan(before);
  const small = await widthOf();
  await page.locator('.chart-frame').hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect.poll(widthOf).toBeGreaterThan(small);
  await page.getByRole('button', { name: 'Fit' }).click();
  const room = await page.evaluate<number>("document.querySelector('.chart-frame').clientWidth");
  await expect.poll(widthOf).toBeCloseTo(room, 0);
});
