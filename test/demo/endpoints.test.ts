import { describe, expect, test } from 'vitest';

import { hostOf, realEndpoints } from '../../visualizations/demo/endpoints.ts';
import { CommandError } from '../../visualizations/terminal/command-error.ts';

describe('a provider is the real one', () => {
  test('where its key, or its address, is in the environment', () => {
    expect(realEndpoints({ PATH: '/bin' })).toEqual([]);
    expect(
      realEndpoints({
        OPENAI_API_KEY: 'sk-one',
        PERPLEXITY_API_KEY: ' pplx-two\n',
        LIGHTRAG_URL: 'http://localhost:9621/',
      }),
    ).toEqual([
      {
        provider: 'openai',
        baseUrl: 'https://api.openai.com/v1',
        headers: { authorization: 'Bearer sk-one' },
        isReal: true,
      },
      {
        provider: 'perplexity',
        baseUrl: 'https://api.perplexity.ai',
        headers: { authorization: 'Bearer pplx-two' },
        isReal: true,
      },
      { provider: 'lightrag', baseUrl: 'http://localhost:9621', headers: {}, isReal: true },
    ]);
  });

  test('at another address, and with a key, where these are said', () => {
    const endpoints = realEndpoints({
      OPENAI_API_KEY: 'sk-one',
      OPENAI_BASE_URL: 'https://eu.host.example/v1/',
      PERPLEXITY_API_KEY: 'pplx-two',
      PERPLEXITY_BASE_URL: 'https://proxy.example',
      LIGHTRAG_URL: 'https://rag.example/api',
      LIGHTRAG_API_KEY: 'secret',
    });
    expect(endpoints.map(({ baseUrl }) => baseUrl)).toEqual([
      'https://eu.host.example/v1',
      'https://proxy.example',
      'https://rag.example/api',
    ]);
    expect(endpoints.map(hostOf)).toEqual(['eu.host.example', 'proxy.example', 'rag.example']);
    expect(endpoints[2]?.headers).toEqual({ 'x-api-key': 'secret' });
  });

  test('and not because of an address alone, or of what is empty', () => {
    const addresses = { OPENAI_BASE_URL: 'no url', PERPLEXITY_BASE_URL: 'http://a.example' };
    const empty = { OPENAI_API_KEY: '', PERPLEXITY_API_KEY: '  ', LIGHTRAG_URL: '' };
    expect(realEndpoints({ ...addresses, ...empty, LIGHTRAG_API_KEY: 'secret' })).toEqual([]);
  });
});

describe('what can be no key or no address is said, and not repeated', () => {
  test.each([
    ['OPENAI_API_KEY', 'sk-se cret'],
    ['PERPLEXITY_API_KEY', 'pplx-secret\u00e9'],
    ['LIGHTRAG_URL', 'localhost:9621/secret'],
    ['LIGHTRAG_URL', 'ftp://secret.example'],
    ['LIGHTRAG_URL', 'http://user:secret@host.example'],
    ['LIGHTRAG_URL', 'http://host.example/?key=secret'],
  ])('%s', (name, value) => {
    let thrown: unknown;
    try {
      realEndpoints({ [name]: value });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CommandError);
    const { message, hint } = thrown as CommandError;
    expect(message).toContain(name);
    expect(hint).toContain('--simulated');
    expect(`${message} ${hint}`).not.toMatch(/se ?cret/);
  });
});
