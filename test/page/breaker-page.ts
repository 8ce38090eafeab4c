/** A board with breakers, its inspector, and a browser that looks at one of them. */
import type { Locator, Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';

import { openBoard, type Board, type Breaker, type BreakerOptions } from '../../index.ts';
import { useBrowser, type PageOptions } from './browser.ts';

export const TOKEN = 'the-token-of-the-operator';

export interface ShowOptions extends PageOptions {
  /** Names of the breakers; the first one is looked at. @default ['search'] */
  readonly names?: readonly string[];
  readonly breaker?: BreakerOptions;
  /** Whether the inspector has a token. @default false */
  readonly hasToken?: boolean;
  /** Whether the page knows it. @default `hasToken` */
  readonly isSignedIn?: boolean;
}

export interface Shown {
  readonly board: Board;
  readonly breaker: Breaker;
  readonly page: Page;
  /** Address of the page, without view. */
  readonly url: string;
}

export interface Showing {
  show(options?: ShowOptions): Promise<Shown>;
}

/** To be called once, at the top of a file of tests. */
export function useBreakerPage(): Showing {
  const boards: Board[] = [];
  // What is registered later comes first: pages are gone before their server goes.
  afterEach(async () => {
    await Promise.all(boards.splice(0).map((board) => board.close()));
  });
  const browsing = useBrowser();
  return {
    async show(options = {}) {
      const { names = ['search'], hasToken = false, isSignedIn = hasToken } = options;
      const board = await openBoard({ store: 'memory:' });
      boards.push(board);
      const breakers = names.map((name) =>
        board.breaker(name, { failureThreshold: 2, ...options.breaker }),
      );
      const { url } = await board.inspect({ port: 0, token: hasToken ? TOKEN : null });
      const view = `#/breaker/${encodeURIComponent(names[0] ?? '')}`;
      const token = isSignedIn ? `&token=${TOKEN}` : '';
      const page = await browsing.open(`${url}${view}${token}`, options);
      await page.locator('.chart-frame svg').waitFor();
      return { board, breaker: breakers[0] as Breaker, page, url: url as string };
    },
  };
}

export async function fail(breaker: Breaker, times = 1): Promise<void> {
  for (let call = 0; call < times; call++) {
    await breaker.tryCall(() => Promise.reject(new Error('no')));
  }
}

/** The state's element in the chart. */
export const state = (page: Page, id: string): Locator =>
  page.locator(`.chart-frame [data-state="breaker.${id}"]`);

/** The chart says that this is the innermost active state. */
export async function expectActive(page: Page, id: string): Promise<void> {
  await expect
    .poll(() => page.locator('.chart-frame .leaf.active').getAttribute('data-state'))
    .toBe(`breaker.${id}`);
}

/** Words of the rows, newest first. */
export const tape = (page: Page): Promise<string[]> => page.locator('.tape-choose').allInnerTexts();

/** The row of an event, the newest of its type. */
export const row = (page: Page, type: string): Locator =>
  page.locator('.tape-row', { has: page.locator('.tape-event', { hasText: type }) }).first();
