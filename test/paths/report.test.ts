/** The report of path tests, in a browser, as its reader uses it. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { useBrowser } from '../page/browser.ts';
import { gateMachine, reportOf } from './report-rig.ts';

const { open } = useBrowser();
const gate = await reportOf(gateMachine);

/** An attribute of all elements of the drawing that a selector finds. */
const inDrawing = (page: Page, selector: string, attribute: string): Promise<readonly string[]> =>
  page.evaluate<readonly string[]>(
    `[...document.querySelectorAll('.canvas ${selector}')].map((each) => each.getAttribute('${attribute}'))`,
  );

/** Transitions in the drawing that carry a class. */
const drawn = (page: Page, name: string): Promise<readonly string[]> =>
  inDrawing(page, `.row.${name}`, 'data-transition');

const active = (page: Page): Promise<readonly string[]> =>
  inDrawing(page, '.state.active', 'data-state');

const summary = (page: Page, text: string) =>
  page.locator('details.path > summary', { hasText: text });

/** The path that turns the key. */
const withTurn = (page: Page) =>
  page.locator('details.path', { hasText: 'TURN' }).locator('summary');

describe('a path on the drawn machine', () => {
  it('lights up when it is opened, and can be walked step by step', async () => {
    const page = await open(gate);
    expect(await drawn(page, 'on-path')).toEqual([]);
    await withTurn(page).click();
    const taken = ['closed --LOCK--> locked', 'locked.once --TURN--> locked.twice'];
    await expect.poll(async () => (await drawn(page, 'on-path')).toSorted()).toEqual(taken);
    expect(await drawn(page, 'taken')).toEqual([]);
    expect(await active(page)).toEqual(['gate.locked', 'gate.locked.twice']);
    const where = page.locator('#where');
    expect(await where.textContent()).toMatch(/^Step 3 of 3: OPEN → locked.twice nothing changes/);

    await page.locator('#back').click();
    expect(await where.textContent()).toMatch(/^Step 2 of 3: TURN → locked.twice/);
    expect(await drawn(page, 'taken')).toEqual([taken[1]]);
    await page.locator('#back').click();
    expect(await drawn(page, 'taken')).toEqual([taken[0]]);
    expect(await active(page)).toEqual(['gate.locked', 'gate.locked.once']);
    await page.locator('#back').click();
    expect(await drawn(page, 'taken')).toEqual([]);
    expect(await active(page)).toEqual(['gate.closed']);
    await page.locator('details[open] button.go', { hasText: 'TURN' }).click();
    expect(await drawn(page, 'taken')).toEqual([taken[1]]);
  });

  it('is one at a time, and goes out when it is closed', async () => {
    const page = await open(gate);
    await withTurn(page).click();
    await summary(page, 'CLOSE leads to').click();
    await expect.poll(() => drawn(page, 'taken')).toEqual(['open --CLOSE--> closed']);
    expect(await page.locator('details.path[open]').count()).toBe(1);
    await summary(page, 'CLOSE leads to').click();
    await expect.poll(() => drawn(page, 'on-path')).toEqual([]);
    expect(await page.locator('#walk').isVisible()).toBe(false);
  });

  it('has an address', async () => {
    const page = await open(gate);
    await summary(page, 'after 5000 ms').click();
    await expect.poll(() => page.url()).toMatch(/#path-\d+$/);
    const again = await open(page.url());
    expect(await drawn(again, 'taken')).toEqual(['open --after 5000 ms--> closed']);
  });

  it('is found with the keyboard alone', async () => {
    const page = await open(gate);
    const { keyboard } = page;
    await keyboard.press('/');
    await keyboard.type('turn twice');
    expect(await page.locator('#told').textContent()).toBe('1 of 5 paths');
    await keyboard.press('Escape');
    expect(await page.locator('#told').textContent()).toBe('5 paths');
    await summary(page, 'CLOSE leads to').focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await expect.poll(() => drawn(page, 'taken')).toHaveLength(1);
    expect(await drawn(page, 'taken')).not.toEqual(['open --CLOSE--> closed']);
    await keyboard.press('p');
    expect(await page.locator('#where').textContent()).toMatch(/^Step 1 of 2: OPEN/);
    await keyboard.press('n');
    expect(await page.locator('#where').textContent()).toMatch(/^Step 2 of 2/);
  });
});

describe('what no path takes', () => {
  it('is named with the reason, and stands out in the drawing', async () => {
    const page = await open(gate);
    const items = await page.locator('section.uncovered li').allTextContents();
    expect(items.map((item) => item.replaceAll(/\s+/g, ' ').trim())).toEqual([
      `closed --KICK--> open its guard is never true for the given events; give cases of 'KICK' for which it is Show it`,
      `locked --OPEN--> open its guard is never true for the given events; give cases of 'OPEN' for which it is Show it`,
    ]);
    const uncovered = ['closed --KICK--> open', 'locked --OPEN--> open'];
    expect((await drawn(page, 'uncovered')).toSorted()).toEqual(uncovered);
    await page.locator('section.uncovered button').first().click();
    expect(await drawn(page, 'chosen')).toEqual([uncovered[0]]);
    expect(await page.locator('.figures').textContent()).toContain('5 of 7');
  });
});

describe('a transition', () => {
  it('that is clicked in the drawing leaves the paths through it', async () => {
    const page = await open(gate);
    await page.locator('.canvas [data-transition="closed --LOCK--> locked"] .event').click();
    expect(await page.locator('#told').textContent()).toBe('2 of 5 paths');
    expect(await page.locator('#through').textContent()).toBe('closed --LOCK--> locked');
    await page.locator('#clear').click();
    expect(await page.locator('#told').textContent()).toBe('5 paths');
  });

  it('is in a table, with the number of its paths', async () => {
    const page = await open(gate);
    await page.locator('details.transitions > summary').click();
    const row = page.locator('tr', { hasText: 'closed --OPEN--> open' });
    expect(await row.locator('td.number').textContent()).toBe('2');
    await row.locator('button').click();
    expect(await page.locator('#told').textContent()).toBe('2 of 5 paths');
  });
});

it('the reader chooses between light and dark, and sees a large drawing in full size', async () => {
  const page = await open(gate, { theme: 'dark' });
  const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const dark = await ground();
  await page.locator('#theme').click();
  expect(await ground()).not.toBe(dark);
  await page.locator('#size').click();
  expect(await page.locator('#size').getAttribute('aria-pressed')).toBe('true');
});
