/** A view of a run in the middle of its outage, for tests of what is drawn. */
import type { MoneyView } from '../../visualizations/demo/money-tally.ts';
import { createScenario } from '../../visualizations/demo/scenario.ts';
import { BreakerTally } from '../../visualizations/demo/tally.ts';
import type { BreakerView, View } from '../../visualizations/demo/view.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const scenario = createScenario(4711, 20_000, seededRandom(4711));

const tally = {
  ...new BreakerTally(null).at(0),
  calls: 300,
  ok: 234,
  failed: 12,
  rateLimited: 3,
  refused: 51,
  trips: 2,
  openForMs: 4_200,
  p50Ms: 84.4,
  callsPerSecond: 27,
  waitingSavedMs: 12_345,
};

const BREAKERS: readonly BreakerView[] = [
  { name: 'chat', state: 'open', probeInMs: 1_340, policy: 'trips after 5 failures', tally },
  { name: 'embeddings', state: 'half_open', probeInMs: null, policy: 'trips at half', tally },
  { name: 'reasoning', state: 'closed', probeInMs: null, policy: 'minds slow calls', tally },
];

const MONEY: MoneyView = {
  budgets: [
    { id: 'run 3', spentNanoUsd: 412_345_678, limitNanoUsd: 1_140_000_000, level: 'ok' },
    {
      id: 'run 3 reasoning',
      spentNanoUsd: 210_000_000,
      limitNanoUsd: 250_000_000,
      level: 'warned',
    },
  ],
  expectedNanoUsd: 400_049_999,
  actualNanoUsd: 398_050_000,
  assumedCount: 4,
  rule: 'chat-pace',
  throttledCount: 60,
  throttledRefusedCount: 12,
  spentRefusedCount: 7,
  moments: [],
};

export function viewOf(changeCount = 3, overrides: Partial<View> = {}): View {
  return {
    seed: 4711,
    elapsedMs: 8_120,
    durationMs: 20_000,
    phase: 'outage',
    stretches: scenario.stretches,
    baseURL: 'http://127.0.0.1:38211/v1',
    breakers: BREAKERS,
    changes: Array.from({ length: changeCount }, (_, index) => ({
      elapsedMs: index * 100,
      breaker: 'chat',
      from: 'closed',
      to: 'open',
      cause: 'consecutive_failures' as const,
      probeInMs: 800,
      why: `failures in a row; probe in 0.8 s (${index})`,
    })),
    money: MONEY,
    ...overrides,
  };
}
