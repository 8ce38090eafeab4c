/**
 * What the inspector's page costs the browser that shows it: a real Chromium looks at a board of
 * ten thousand breakers and a thousand facts a second. How busy its main thread is, and whether
 * what it holds stays the same: `npm run bench -- page --minutes 10` looks on for longer.
 *
 * Busy is the CPU time that the thread takes. How long its tasks last is told as well: that counts
 * too how long the thread waits while the board, the server and all else have the processors.
 */
import type { CDPSession } from 'playwright-core';

import { systemClock } from '../../services/clock.ts';
import { BUSY_NAME, openBusyBoard } from './busy-board.ts';
import type { Gauge, Pace, Reading } from './case.ts';

/** Until sparklines and tapes are as long as they get. */
const SETTLE_MS = 65_000;
const BUSY_MAX_PERCENT = 30;
/** What compiled code may still take. */
const GROWTH_MAX_KIB = 2_048;
/** A breaker's tape of 200 events takes most of them. */
const NODES_MAX = 6_000;

interface View {
  /** As in the address. */
  readonly path: string;
  /** There once the view is drawn. */
  readonly selector: string;
  readonly hasMoney: boolean;
}

const pass = (ms: number): Promise<void> =>
  new Promise((resolve) => systemClock.setTimer(ms, true, resolve));

type Metrics = ReadonlyMap<string, number>;

async function metricsOf(session: CDPSession): Promise<Metrics> {
  const { metrics } = await session.send('Performance.getMetrics');
  return new Map(metrics.map(({ name, value }) => [name, value]));
}

/** Once all that can be collected was. */
async function collected(session: CDPSession): Promise<Metrics> {
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
  return metricsOf(session);
}

async function look(name: string, view: View, { lookMs }: Pace): Promise<readonly Reading[]> {
  const { board, start } = await openBusyBoard(view.hasMoney);
  const stop = start();
  let factCount = 0;
  board.facts$.subscribe(() => factCount++);
  const { url } = await board.inspect({ port: 0 });
  // Loaded here: other cases do without it.
  const { launchBrowser } = await import('../page/launch.ts');
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${url}#/${view.path}`);
  await page.locator(view.selector).first().waitFor();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  await pass(SETTLE_MS);

  const first = await collected(session);
  const startMs = systemClock.monotonicMs();
  factCount = 0;
  await pass(lookMs);
  const then = await metricsOf(session);
  const tookS = (systemClock.monotonicMs() - startMs) / 1_000;
  const factsPerS = factCount / tookS;
  const last = await collected(session);
  await browser.close();
  stop();
  await board.close({ drainTimeoutMs: 0 });

  const at = (metrics: Metrics, of: string): number => metrics.get(of) ?? NaN;
  const share = (of: string): number => ((at(then, of) - at(first, of)) / tookS) * 100;
  const heap = 'JSHeapUsedSize';
  const growthKiB = (at(last, heap) - at(first, heap)) / 1_024;
  const heapMiB = at(last, heap) / 1_048_576;
  const busy = share('ThreadTime');
  const busyOrWaiting = share('TaskDuration');
  const growth = `heap growth over ${tookS.toFixed(0)} s`;
  const readings: readonly Reading[] = [
    { what: 'facts', value: factsPerS, unit: '/s' },
    { what: 'main thread busy', value: busy, unit: '%', max: BUSY_MAX_PERCENT },
    { what: 'main thread busy or kept waiting', value: busyOrWaiting, unit: '%' },
    { what: 'heap', value: heapMiB, unit: 'MiB' },
    { what: growth, value: growthKiB, unit: 'KiB', max: GROWTH_MAX_KIB },
    { what: 'nodes of the document', value: at(last, 'Nodes'), unit: '', max: NODES_MAX },
  ];
  return readings.map((reading) => ({ ...reading, what: `page, ${name}: ${reading.what}` }));
}

const gauge = (id: string, name: string, view: View): Gauge => ({
  id,
  isLong: true,
  read: (pace) => look(name, view, pace),
});

export const PAGES: readonly Gauge[] = [
  gauge('page-board', 'board of 10,000 breakers', {
    path: 'board',
    selector: '.tile',
    hasMoney: true,
  }),
  gauge('page-breaker', 'a busy breaker of 10,000', {
    path: `breaker/${BUSY_NAME}`,
    selector: '.chart-frame svg',
    hasMoney: false,
  }),
  gauge('page-money', 'money of 10,000 breakers', {
    path: 'money',
    selector: 'canvas',
    hasMoney: true,
  }),
];
