/**
 * A real Chromium for a file of tests. Pages that it opens are closed after each test, which fails
 * when one of them wrote an error to its console, broke the policy of its content, or asked another
 * host for anything.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import { launchBrowser } from './launch.ts';

export interface PageOptions {
  /** @default 1280 */
  readonly width?: number;
  /** @default 800 */
  readonly height?: number;
  /** @default 'light' */
  readonly theme?: 'light' | 'dark';
  /** Lets scripts of the test itself into the page, where the policy keeps them out. */
  readonly bypassCSP?: boolean;
  /** Complaints that the test itself brings about. */
  readonly tolerate?: RegExp;
}

export interface Browsing {
  /** A page of its own context: nothing is stored in it yet. */
  open(url: string, options?: PageOptions): Promise<Page>;
  /** Closes it after the test, once no page looks at it any more. */
  later<Closed extends { close(): Promise<void> }>(closed: Closed): Closed;
}

/** How long a page may take to show what is waited for. */
export const WAIT_MAX_MS = 10_000;

/** To be called once, at the top of a file of tests. */
export function useBrowser(): Browsing {
  let browser: Browser;
  let pages: Page[] = [];
  let complaints: string[] = [];
  let closeLater: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(pages.map((page) => page.context().close()));
    await Promise.all(closeLater.map((one) => one.close()));
    const heard = complaints;
    closeLater = [];
    pages = [];
    complaints = [];
    expect(heard).toEqual([]);
  });
  afterAll(() => browser.close());
  return {
    later(closed) {
      closeLater.push(closed);
      return closed;
    },
    async open(url, options = {}) {
      const { width = 1280, height = 800, theme = 'light', bypassCSP = false } = options;
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        bypassCSP,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(WAIT_MAX_MS);
      pages.push(page);
      const complain = (words: string): void => {
        if (options.tolerate?.test(words) !== true) complaints.push(words);
      };
      const { host } = new URL(url);
      page.on('console', (message) => {
        if (message.type() === 'error') complain(message.text());
      });
      page.on('pageerror', (error) => complain(String(error)));
      page.on('request', (request) => {
        const asked = new URL(request.url());
        if (asked.protocol !== 'data:' && asked.host !== host) complain(`asked ${request.url()}`);
      });
      await page.goto(url);
      return page;
    },
  };
}
