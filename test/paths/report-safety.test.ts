/** Reports that are large, hostile, or read with more than eyes. */
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';
import { createMachine } from 'xstate';
import { describe, expect, it } from 'vitest';

import { breakerMachine } from '../../machines/breaker.ts';
import { breakerGraph, generatePaths } from '../kit/index.ts';
import { reportPage } from '../../visualizations/paths/report/report-page.ts';
import { useBrowser } from '../page/browser.ts';
import { gateMachine, reportOf } from './report-rig.ts';

const { open } = useBrowser();
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Found {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

async function complaintsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<Found>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

describe('a reader without eyes, or with a small screen', () => {
  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [360, 'light'],
    [360, 'dark'],
  ] as const)('finds nothing in the way, %d px wide and %s', async (width, theme) => {
    const page = await open(await reportOf(gateMachine), { width, theme });
    await page.locator('details.transitions > summary').click();
    await page.locator('details.path > summary').first().click();
    expect(await complaintsOf(page)).toEqual([]);
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(width);
  });
});

it('the report of the built-in breaker has all its paths and arrows, and stays small', async () => {
  const url = await reportOf(breakerMachine as never, breakerGraph as never);
  expect(statSync(fileURLToPath(url)).size).toBeLessThan(600_000);
  const page = await open(url);
  expect(await page.locator('#told').textContent()).toBe('288 paths');
  expect(await page.locator('section.uncovered').count()).toBe(0);
  expect(await page.locator('p.covered').textContent()).toContain('Every configured transition');
  const names = JSON.parse((await page.locator('#names').textContent()) ?? '') as {
    readonly edgesOf: readonly (readonly string[])[];
  };
  expect(names.edgesOf).toHaveLength(66);
  expect(names.edgesOf.filter((edges) => edges.length === 0)).toEqual([]);
  await page.locator('#search').fill('probe.due half_open');
  await page.locator('details.path:visible > summary').first().click();
  await expect.poll(() => page.locator('.canvas .row.on-path').count()).toBeGreaterThan(0);
});

describe('names that want to be markup', () => {
  const nasty = `</script><img src=x onerror="globalThis.hit=1">'"&\u202e`;

  it('are shown as they are, and do nothing', async () => {
    const machine = createMachine({
      id: nasty,
      description: nasty,
      initial: 'a',
      states: {
        a: { description: nasty, on: { [nasty]: { target: 'b', description: nasty } } },
        b: { tags: [nasty], entry: nasty, on: { never: { guard: () => false } } },
      },
    });
    const page = await open(await reportOf(machine));
    await page.locator('details.path > summary').first().click();
    expect(await page.evaluate('globalThis.hit')).toBeUndefined();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.locator('h1').textContent()).toContain('<img src=x onerror=');
    await expect.poll(() => page.locator('.canvas .row.on-path').count()).toBe(1);
  });

  it('would do nothing either if one got through: only the page’s own script may run', async () => {
    const page = await open(await reportOf(gateMachine), { tolerate: /Content Security Policy/ });
    await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.hit = 1';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<b onclick="globalThis.hit = 2">x</b>');
      document.body.lastElementChild.click();
    })()`);
    expect(await page.evaluate('globalThis.hit')).toBeUndefined();
  });
});

it('a machine that is too large to be drawn is reported without its drawing', async () => {
  const machine = createMachine({
    id: 'long',
    initial: 's0',
    states: Object.fromEntries(
      Array.from({ length: 1_100 }, (_, at) => [
        `s${at}`,
        at < 1_099 ? { on: { GO: `s${at + 1}` } } : {},
      ]),
    ),
  });
  const paths = generatePaths(machine, { strategy: 'shortest' });
  const page = await reportPage(machine, paths, 'a command');
  expect(page).toMatch(/<p>A chart of at most 1000 states and 5000 transitions can be drawn/);
  expect(page).toContain('s1098 --GO--&gt; s1099');
});
