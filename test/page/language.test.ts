/** A browser without a locale shows the page all the same. */
import { expect, test } from 'vitest';

import { settleLanguage } from '../../visualizations/page/language.ts';

test.each([
  ['en-US@posix', 'en-US'],
  ['de-DE', 'de-DE'],
])('where the browser says its language is %s, charts write %s', (said, settled) => {
  const browser = { language: said };
  settleLanguage(browser);
  expect(browser.language).toBe(settled);
  expect(() => new Intl.NumberFormat(browser.language)).not.toThrow();
});
