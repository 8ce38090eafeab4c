/** The money view in a real browser, on a real board that spends. */
import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';

import { openBoard, usd, type BoardOptions } from '../../index.ts';
import { useBrowser, type PageOptions } from './browser.ts';
import { HOSTILE, openMoneyScene, reportHours, type MoneyScene } from './money-scene.ts';

/** Runs in the page. */
const VIOLATIONS = `axe.run('main').then(({ violations }) =>
  violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`;

const ends: (() => PromiseLike<unknown>)[] = [];

// Before the browser's own, and so after it: a page outlived by its server complains of nothing.
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const browsing = useBrowser();
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

async function openScene(): Promise<MoneyScene> {
  const scene = await openMoneyScene();
  ends.push(() => scene[Symbol.asyncDispose]());
  return scene;
}

async function inspected(options: BoardOptions): Promise<string> {
  const board = await openBoard(options);
  ends.push(() => board.close());
  const inspector = await board.inspect({ port: 0 });
  ends.push(() => inspector.close());
  return `${inspector.url}#/money`;
}

async function open(scene: MoneyScene, options?: PageOptions): Promise<Page> {
  const page = await browsing.open(`${scene.inspector.url}#/money`, options);
  await page.waitForSelector('.budget');
  return page;
}

const card = (page: Page, name: string) =>
  page.locator('.budget', { has: page.getByRole('button', { name, exact: true }) });

describe('the money view', () => {
  it('shows each budget, and follows what is spent', async () => {
    const scene = await openScene();
    const page = await open(scene);
    await card(page, 'daily').getByText('$0.00').first().waitFor();
    await scene.spend('perplexity', 'search_call', 0.9, 0.9);
    await scene.spend('perplexity', 'search_call', 0.9, 0.9);
    await scene.spend('perplexity', 'search_call', 0.9, 0.9);
    await card(page, 'daily').getByText('$2.70').waitFor();
    await card(page, 'search').getByText('strained').waitFor();
    await card(page, 'search').getByText('90 %').waitFor();
  });

  it('draws the budget that is chosen by key, and says the same in words and as a table', async () => {
    const scene = await openScene();
    await reportHours(scene.board, [1, 2]);
    await scene.spend('openai', 'llm_call', 0.5, 0.5);
    const page = await open(scene);
    const button = page.getByRole('button', { name: 'monthly', exact: true });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'monthly, through its period' }).waitFor();
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    const chart = page.getByRole('img', { name: /^\$\d+\.\d\d spent so far\./ });
    await chart.locator('canvas').waitFor();
    expect(await chart.getAttribute('aria-label')).toContain('At this pace the period ends at');
    await page.getByText('The same as a table').click();
    const table = page.getByRole('table', { name: /Spent since the period began/ });
    await table.getByText('$3.50').first().waitFor();
  });

  it('tells what rules and open breakers did, and how estimates fared', async () => {
    const scene = await openScene();
    const page = await open(scene);
    for (const bills of [0.1, 0.11, 0.3]) await scene.spend('openai', 'llm_call', 0.1, bills);
    await scene.spend('openai', 'llm_call', 2, 2);
    scene.board.breaker('openai').forceOpen('a drill');
    await scene.spend('openai', 'llm_call', 0.1, 0.1);
    const rule = page.getByRole('row', { name: /dear call/ });
    await rule.getByText('$2.00 against $1.00, on "llm_call" of "openai"').waitFor();
    await page.getByText('Rule "dear call" blocks:').waitFor();
    await page.getByText('67 %', { exact: true }).first().waitFor();
    await page.locator('.scatter-dot').nth(2).waitFor();
    expect(await page.locator('.scatter-dot').count()).toBe(3);
    await page.locator('.figure', { hasText: 'Kept back' }).getByText('$0.17').waitFor();
    await page.locator('.figure', { hasText: 'Refused for money' }).getByText('$2.00').waitFor();
  });

  it('ranks what is dear by what one asks for', async () => {
    const scene = await openScene();
    await reportHours(scene.board, [3, 1]);
    const page = await open(scene);
    const rows = page.getByRole('table', { name: /by operation, dearest first/ }).getByRole('row');
    await rows.nth(1).getByText('embedding_call').waitFor();
    await page.getByRole('radio', { name: 'Model' }).check({ force: true });
    const models = page.getByRole('table', { name: /by model, dearest first/ }).getByRole('row');
    await models.nth(1).getByText('text-embedding-3-small').waitFor();
    await models.nth(1).getByText('75 %').waitFor();
  });

  it('shows few of many tenants until all are asked for, so that the period stays in reach', async () => {
    const { board, inspector } = await openScene();
    for (let tenant = 0; tenant < 20; tenant++) {
      const call = { operation: 'llm_call', model: 'unit', inputTokens: 9, maxOutputTokens: 0 };
      await board
        .breaker('openai')
        .call({ ...call, tags: { tenant: `t${tenant}` } }, ({ cost }) => cost(usd(0.01)));
    }
    const page = await browsing.open(`${inspector.url}#/money`);
    const budgets = page.locator('.budget');
    const more = page.getByRole('button', { name: 'Show 11 more' });
    await more.waitFor();
    expect(await budgets.count()).toBe(12);
    await more.click();
    const fewer = page.getByRole('button', { name: 'Show fewer budgets' });
    await fewer.waitFor();
    expect(await budgets.count()).toBe(23);
    await budgets.last().getByRole('button').click();
    await fewer.click();
    await page.getByRole('button', { name: 'Show 10 more' }).waitFor();
    expect(await page.locator('.budget.is-chosen').count()).toBe(1);
  });

  it('takes no name for markup', async () => {
    const scene = await openScene();
    await reportHours(scene.board, [1, 2]);
    await scene.spend(HOSTILE, HOSTILE, 2, 2);
    const page = await open(scene);
    await page.getByText(HOSTILE).first().waitFor();
    await page.locator('.budget img').waitFor({ state: 'detached' });
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe('Money – Fuseboard');
  });

  it('says what to do on a board without budgets, and on one that counts no costs', async () => {
    const page = await browsing.open(await inspected({}));
    await page.getByText('This board counts no costs').waitFor();
    const other = await browsing.open(await inspected({ ledger: {}, tokenizer: false }));
    await other.getByText('No budget yet').waitFor();
    await other.getByText('No rules').waitFor();
  });

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1920, 'dark'],
  ] as const)('fits %i px and is accessible in the %s', async (width, theme) => {
    const scene = await openScene();
    await reportHours(scene.board, [1, 5]);
    const page = await open(scene, { width, theme, bypassCSP: true });
    await scene.spend('perplexity', 'search_call', 0.9, 0.8);
    await scene.spend('openai', 'llm_call', 2, 2);
    await page.locator('.scatter-dot').first().waitFor();
    await page.locator('.moment').first().waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    await page.addScriptTag({ path: axe });
    const problems = await page.evaluate<unknown>(VIOLATIONS);
    expect(problems).toEqual([]);
  });
});
