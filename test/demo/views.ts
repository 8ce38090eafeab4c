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

const breaker = (name: string, state: BreakerView['state'], policy: string): BreakerView => ({
  name,
  state,
  heldBy: '',
  probeInMs: null,
  policy,
  costNanoUsd: 123_400_000,
  tally,
});

const BREAKERS: readonly BreakerView[] = [
  { ...breaker('openai gpt-4o-mini', 'open', 'trips after 5 failures'), probeInMs: 1_340 },
  breaker('openai embeddings', 'half_open', 'trips at half'),
  breaker('openai o3', 'closed', 'minds slow calls'),
  { ...breaker('perplexity sonar', 'open', 'trips after 3 failures'), heldBy: 'quota' },
  breaker('lightrag query', 'closed', 'minds slow calls'),
];

const PROVIDERS: View['providers'] = (['openai', 'perplexity', 'lightrag'] as const).map(
  (name) => ({ name, isReal: false, host: '127.0.0.1:38211', sentCount: 80 }),
);

const MONEY: MoneyView = {
  budgets: [
    { id: 'run 3', spentNanoUsd: 412_345_678, limitNanoUsd: 1_140_000_000, level: 'ok' },
    {
      id: 'run 3 o3',
      spentNanoUsd: 210_000_000,
      limitNanoUsd: 250_000_000,
      level: 'warned',
    },
  ],
  expectedNanoUsd: 400_049_999,
  actualNanoUsd: 398_050_000,
  providers: [
    { provider: 'openai', costNanoUsd: 261_250_000 },
    { provider: 'perplexity', costNanoUsd: 101_000_000 },
    { provider: 'lightrag', costNanoUsd: 50_000_000 },
  ],
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
    providers: PROVIDERS,
    breakers: BREAKERS,
    changes: Array.from({ length: changeCount }, (_, index) => ({
      elapsedMs: index * 100,
      breaker: 'openai o3',
      from: 'closed',
      to: 'open',
      cause: 'consecutive_failures' as const,
      probeInMs: 800,
      why: `failures in a row (${index})`,
    })),
    money: MONEY,
    ...overrides,
  };
}
