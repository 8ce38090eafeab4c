/** The switch from simulated to real providers, which here are servers on loopback too. */
import { describe, expect, test } from 'vitest';

import type { Summary } from '../../visualizations/demo/summary.ts';
import { runCli, scratchFolder } from '../cli/process.ts';
import { simulateLightRag } from '../kit/providers/lightrag/simulate-lightrag.ts';
import { simulateOpenAI } from '../kit/providers/openai/simulate-openai.ts';
import { simulatePerplexity } from '../kit/providers/perplexity/simulate-perplexity.ts';

const run = async (env: Record<string, string>, ...flags: string[]) => {
  const args = ['demo', '--seconds', '8', '--seed', '7', '--db', 'run.db', ...flags];
  const ended = await runCli(args, { cwd: scratchFolder(), env });
  expect(ended.code).toBe(0);
  return ended;
};

describe.concurrent('where a key is in the environment', () => {
  test('its provider is the real one, for little money, outside of the story', async ({
    expect,
  }) => {
    await using openai = await simulateOpenAI({ keys: ['sk-real'] });
    const env = { OPENAI_API_KEY: 'sk-real', OPENAI_BASE_URL: openai.baseUrl };
    const { stdout, stderr } = await run(env, '--json');
    const host = openai.url.replace('http://', '');
    expect(stderr).toContain(
      ` REAL, and paid with real money: openai (${host}); at most $0.05 in this run, about a` +
        ' call every 2 seconds; perplexity and lightrag are simulated; --simulated uses no real' +
        ' one\n',
    );
    expect(stderr).toMatch(/it may spend .*, of it \$0\.05 \(run 1 real\)\n/);
    expect(`${stdout}${stderr}`).not.toContain('sk-real');

    const summary = JSON.parse(stdout) as Summary;
    const [real, ...others] = summary.providers;
    expect(real).toMatchObject({ provider: 'openai', isReal: true, host });
    expect(others.map(({ isReal }) => isReal)).toEqual([false, false]);
    expect(openai.requestCount).toBeGreaterThan(0);
    expect(openai.requestCount).toBeLessThan(20);
    expect(real?.requests).toBe(openai.requestCount);
    expect(openai.requests.map(({ behaviour }) => behaviour.type)).not.toContain('overloaded');
    const of = (prefix: string) => summary.breakers.filter(({ name }) => name.startsWith(prefix));
    expect(of('openai').reduce((sum, { ok }) => sum + ok, 0)).toBe(openai.requestCount);
    expect(of('openai').reduce((sum, { trips }) => sum + trips, 0)).toBe(0);
    expect(of('perplexity').reduce((sum, { trips }) => sum + trips, 0)).toBeGreaterThan(0);
    const budget = summary.money.budgets.find((each) => each.budget === 'run 1 real');
    expect(budget?.spentNanoUsd).toBe(real?.costNanoUsd);
    expect(budget?.limitNanoUsd).toBe(50_000_000);
  });

  test('all three may be real: then there is no story', async ({ expect }) => {
    await using openai = await simulateOpenAI({ keys: ['sk-real'] });
    await using perplexity = await simulatePerplexity({ keys: ['pplx-real'] });
    await using lightrag = await simulateLightRag({ keys: ['rag-real'] });
    const { stdout, stderr } = await run({
      OPENAI_API_KEY: 'sk-real',
      OPENAI_BASE_URL: openai.baseUrl,
      PERPLEXITY_API_KEY: 'pplx-real',
      PERPLEXITY_BASE_URL: perplexity.baseUrl,
      LIGHTRAG_URL: lightrag.url,
      LIGHTRAG_API_KEY: 'rag-real',
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      / REAL, and paid with real money: openai \(.*\), perplexity \(.*\) and l/,
    );
    expect(stdout).toContain('about a call every 2 seconds each; --simulated uses no real one');
    expect(stdout).not.toMatch(/upstream|closed → open/);
    for (const { requestCount, requests } of [openai, perplexity, lightrag]) {
      expect(requestCount).toBeGreaterThan(0);
      expect(requests.every(({ ended }) => ended === 'whole')).toBe(true);
    }
  });

  test('--simulated uses none of them in any case', async ({ expect }) => {
    await using openai = await simulateOpenAI();
    const env = { OPENAI_API_KEY: 'sk-real', OPENAI_BASE_URL: openai.baseUrl, LIGHTRAG_URL: 'no' };
    const { stdout } = await run(env, '--simulated');
    expect(stdout).toContain(
      'perplexity and lightrag are simulated on this machine: no real money',
    );
    expect(openai.requestCount).toBe(0);
  });
});

test('an address that is none is said before anything runs', async () => {
  const cwd = scratchFolder();
  const ended = await runCli(['demo'], { cwd, env: { LIGHTRAG_URL: 'localhost:9621' } });
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toBe(
    'fuseboard: what LIGHTRAG_URL holds is not the address of a server\n' +
      'hint: Set LIGHTRAG_URL to one such as https://host.example/v1, or use no real provider with' +
      ' --simulated.\n',
  );
});
