/** Starts the Chromium that comes with a package: nothing is downloaded, nothing is asked. */
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser } from 'playwright-core';

/**
 * Made for a browser without sandbox, nothing else: whatever loosens the page's own is left out.
 */
const LOOSE = /single-process|zygote|web-security|insecure-content|headless|site-?isolation/;

export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((flag) => !LOOSE.test(flag)),
  });
}
