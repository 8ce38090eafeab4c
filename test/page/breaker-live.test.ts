/** One breaker in a real browser, while it is driven: chart, edges, counts, tape, facts. */
import { expect, test } from 'vitest';

import { expectActive, fail, row, state, tape, useBreakerPage } from './breaker-page.ts';

const { show } = useBreakerPage();

test('the chart follows the breaker from state to state, and says why it is there', async () => {
  const { breaker, page } = await show({ breaker: { recoveryTimeoutMs: 60_000 } });
  await expectActive(page, 'closed');
  await page.locator('.breaker-state', { hasText: 'closed' }).waitFor();

  await fail(breaker, 2);
  await expectActive(page, 'open.cooling');
  await page.locator('.breaker-state', { hasText: 'open · cooling' }).waitFor();
  await page.locator('.breaker-countdown', { hasText: /next probe \d+ s|1 m/ }).waitFor();
  await page.locator('.breaker-why', { hasText: 'too many calls failed in a row' }).waitFor();

  breaker.actor.send({ type: 'probe.due', atMs: Date.now() + 3_600_000 });
  await expectActive(page, 'half_open');
  await breaker.call(() => 'fine');
  await expectActive(page, 'closed');

  breaker.forceOpen('the provider is down', { by: 'maria' });
  await expectActive(page, 'open.latched');
  await page.locator('.latches', { hasText: 'the provider is down by maria' }).waitFor();
});

test('the edge just taken is marked, counted, and stays marked as the last one', async () => {
  const { breaker, page } = await show();
  const trip = '[data-transition="closed --trip--> open.cooling"]';
  await page.locator(`${trip}.never`).waitFor();
  await fail(breaker, 2);
  await page.locator(`${trip}.taken:not(.never) .number`, { hasText: '1' }).waitFor();
  await page.locator('svg.flash-a, svg.flash-b').waitFor();
  breaker.reset('again');
  await page.locator(`${trip}:not(.taken)`).waitFor();
  await fail(breaker, 2);
  await page.locator(`${trip}.taken .number`, { hasText: '2' }).waitFor();

  await page.getByLabel('Heat').uncheck();
  await page.locator(`${trip}.taken`).waitFor();
  expect(await page.locator('.chart-frame .never, .chart-frame .number').count()).toBe(0);
});

test('the tape tells each event, newest first, and marks those that nothing answered', async () => {
  const { breaker, page } = await show();
  await page.getByText('No event has reached this breaker').waitFor();
  await fail(breaker, 2);
  breaker.actor.send({ type: 'probe.due', atMs: 1 });
  await row(page, 'probe.due').waitFor();
  const [newest, first] = await tape(page);
  expect(newest).toMatch(/probe\.due\s+ignored in open\.cooling\s+\+\d/);
  expect(first).toMatch(/\d\d:\d\d:\d\d\.\d{3}\s+trip\s+closed → open\.cooling/);
  expect(await row(page, 'probe.due').getAttribute('class')).toContain('is-ignored');
  await page.locator('.breaker-tape', { hasText: '2, 1 ignored' }).waitFor();
});

test('unfolded, an event shows what it carried, what it took and what it changed', async () => {
  const { breaker, page } = await show();
  await fail(breaker, 2);
  const trip = row(page, 'trip');
  await trip.getByRole('button', { name: 'What trip carried' }).click();
  await trip.getByText('closed --trip--> open.cooling').waitFor();
  expect(await trip.locator('pre').innerText()).toContain('"cause": "consecutive_failures"');
  // Nothing is known of the time before the first event that was watched.
  expect(await trip.locator('.differences tr', { hasText: 'tripCount' }).innerText()).toMatch(/1$/);
  breaker.forceOpen('why not');
  const forced = row(page, 'operator.force_open');
  await forced.getByRole('button', { name: /carried/ }).click();
  const cells = (key: string) =>
    forced.locator('.differences tr', { hasText: key }).locator('td').allInnerTexts();
  expect(await cells('generation')).toEqual(['1', '2']);
  expect(await cells('latches')).toEqual(['none', 'operator by unknown']);
  expect(await forced.locator('.differences tbody tr').count()).toBe(3);
});

test('facts, options and what would be answered are those of the breaker now', async () => {
  const { breaker, page } = await show({
    breaker: { probesMax: 3, bulkhead: { callsMax: 1, queueMax: 5 } },
  });
  const fact = (name: string) =>
    page.locator('.facts > div', { has: page.getByText(name, { exact: true }) }).locator('dd');
  await fail(breaker);
  const ends: (() => void)[] = [];
  const slow = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  const calls = [breaker.call(slow), breaker.call(slow)];
  await expect.poll(() => fact('Failures in a row').innerText()).toBe('1');
  await expect.poll(() => fact('In flight').innerText()).toBe('1');
  await expect.poll(() => fact('Waiting callers').innerText()).toBe('1');
  await page.getByText('Options', { exact: true }).click();
  await expect.poll(() => fact('probesMax').innerText()).toBe('3');
  await expect.poll(() => page.locator('.enabled').innerText()).toContain('budget.warned');
  expect(await page.locator('.enabled').innerText()).not.toContain('probe.due');
  ends[0]?.();
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  await Promise.all(calls);
  await expect.poll(() => fact('In flight').innerText()).toBe('0');
  await page.locator('.breaker-rates .sparkline').waitFor();
});

test('a state and an arrow say what they are, to the mouse and to keys', async () => {
  const { page } = await show();
  await state(page, 'open.cooling').locator('.name').hover();
  await page.getByRole('tooltip').getByText('Tripped: refused until').waitFor();
  await page.locator('h1').hover();
  await expect.poll(() => page.getByRole('tooltip').count()).toBe(0);

  await page.locator('.chart-frame').focus();
  await page.keyboard.press('Tab');
  await page.getByRole('tooltip').getByText('Guards one dependency').waitFor();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  const focused = page.locator('.chart-frame [data-part]:focus');
  await expect.poll(() => focused.getAttribute('aria-label')).toMatch(/half_open/);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('tooltip').count()).toBe(0);
});
