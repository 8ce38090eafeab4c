/** How a run went: as data for `--json`, and as lines for people. */
import type { BudgetSummary } from '../../index.ts';
import {
  line,
  paragraph,
  tableLines,
  type Column,
  type Line,
  type Style,
} from '../terminal/lines.ts';
import { seconds, type Change } from './changes.ts';
import { shortUsd } from './money-tally.ts';
import { STATE_STYLES } from './breaker-columns.ts';
import type { ProviderName } from './endpoints.ts';
import { moneySummaryLines, moneySummaryOf, type MoneySummary } from './money-summary.ts';
import type { Tally } from './tally.ts';
import { totalOf, type BreakerView, type View } from './view.ts';

/** A tally without what is true of one moment only. */
export interface BreakerSummary extends Omit<Tally, 'callsPerSecond' | 'waitingSavedMs'> {
  readonly name: string;
  readonly state: string;
  readonly probeInMs: number | null;
}

export interface ProviderSummary {
  readonly provider: ProviderName;
  readonly isReal: boolean;
  readonly host: string;
  /** Requests that it received; of a real one those that were sent. */
  readonly requests: number;
  /** Since this start. */
  readonly costNanoUsd: number;
}

export interface Summary {
  readonly seed: number;
  readonly durationMs: number;
  /** Where this run took the story up: 0, or later where it was resumed. */
  readonly fromMs: number;
  /** Where it left it. */
  readonly toMs: number;
  readonly isComplete: boolean;
  readonly database: string;
  readonly phases: readonly {
    readonly phase: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
  readonly breakers: readonly BreakerSummary[];
  readonly saved: {
    /** Requests that were refused instead of sent. */
    readonly requests: number;
    /** An estimate: each at the mean time of the calls sent in the same part of the story. */
    readonly waitingMs: number;
  };
  readonly providers: readonly ProviderSummary[];
  readonly changes: readonly Change[];
  readonly money: MoneySummary;
}

export interface RunEnd {
  readonly fromMs: number;
  readonly isComplete: boolean;
  /** Whether another day would have followed. */
  readonly isEndless: boolean;
  readonly database: string;
  /** Requests that a simulated provider received. */
  readonly requestCount: (provider: ProviderName) => number;
  /** As the books have them. */
  readonly budgets: readonly BudgetSummary[];
}

export function summaryOf(view: View, end: RunEnd): Summary {
  return {
    seed: view.seed,
    durationMs: view.durationMs,
    fromMs: Math.round(end.fromMs),
    toMs: Math.round(view.elapsedMs),
    isComplete: end.isComplete,
    database: end.database,
    phases: view.stretches,
    breakers: view.breakers.map(({ name, state, probeInMs, tally }) => {
      const { callsPerSecond: _, waitingSavedMs: __, ...counts } = tally;
      return {
        name,
        ...counts,
        openForMs: Math.round(tally.openForMs),
        p50Ms: tally.p50Ms === null ? null : Math.round(tally.p50Ms),
        state,
        probeInMs: probeInMs === null ? null : Math.round(probeInMs),
      };
    }),
    saved: {
      requests: totalOf(view.breakers, 'refused'),
      waitingMs: Math.round(totalOf(view.breakers, 'waitingSavedMs')),
    },
    providers: providersOf(view, end),
    changes: view.changes,
    money: moneySummaryOf(view.money, end.budgets),
  };
}

const providersOf = ({ providers, money }: View, end: RunEnd): ProviderSummary[] =>
  providers.map(({ name, isReal, host, sentCount }) => ({
    provider: name,
    isReal,
    host,
    requests: isReal ? sentCount : end.requestCount(name),
    costNanoUsd: money.providers.find(({ provider }) => provider === name)?.costNanoUsd ?? 0,
  }));

const PROVIDER_COLUMNS: readonly Column<ProviderSummary>[] = [
  { title: 'provider', cell: ({ provider }) => ({ text: provider, style: 'bold' }) },
  {
    title: 'is',
    cell: ({ isReal }) =>
      isReal ? { text: 'real', style: 'red' } : { text: 'simulated', style: 'dim' },
  },
  { title: 'requests', cell: ({ requests }) => ({ text: String(requests) }), align: 'right' },
  {
    title: 'cost',
    cell: ({ costNanoUsd }) => ({ text: shortUsd(costNanoUsd) }),
    align: 'right',
  },
];

type Row = Pick<BreakerView, 'name' | 'tally'> & { readonly state: string };

const number = (title: string, value: (row: Row) => number): Column<Row> => ({
  title,
  cell: (row) => ({ text: String(value(row)) }),
  align: 'right',
});

const COLUMNS: readonly Column<Row>[] = [
  { title: 'breaker', cell: ({ name }) => ({ text: name, style: 'bold' }) },
  number('calls', ({ tally }) => tally.calls),
  number('ok', ({ tally }) => tally.ok),
  number('failed', ({ tally }) => tally.failed + tally.other),
  number('429', ({ tally }) => tally.rateLimited),
  number('refused', ({ tally }) => tally.refused),
  number('trips', ({ tally }) => tally.trips),
  { title: 'open for', cell: ({ tally }) => ({ text: seconds(tally.openForMs) }), align: 'right' },
  { title: 'now', cell: ({ state }) => ({ text: state, style: STATE_STYLES[state] ?? 'plain' }) },
];

/** At widths below 72 the columns that can be missed are left out. */
export function summaryLines(view: View, end: RunEnd, width: number): Line[] {
  const { breakers } = view;
  const columns =
    width >= 72
      ? COLUMNS
      : COLUMNS.filter(({ title }) => !['calls', '429', 'trips'].includes(title));
  const refused = totalOf(breakers, 'refused');
  const waiting = seconds(totalOf(breakers, 'waitingSavedMs'));
  const prose = (text: string, style?: Style): Line[] => paragraph(text, width, style);
  return [
    ...prose(headline(view, end), 'bold'),
    line(''),
    ...tableLines(columns, breakers),
    line(''),
    ...tableLines(PROVIDER_COLUMNS, providersOf(view, end)),
    line(''),
    ...prose(
      `${refused} calls were refused instead of sent. About ${waiting} of waiting were spared, if each refused call had` +
        ' taken as long as those sent in the same part of the story did on average.',
    ),
    ...moneySummaryLines(moneySummaryOf(view.money, end.budgets), end.database, width),
    ...prose(epilogue(end), 'dim'),
  ];
}

function headline({ seed, elapsedMs, durationMs }: View, { fromMs, isComplete }: RunEnd): string {
  const from = fromMs > 0 ? `, resumed at ${seconds(fromMs)}` : '';
  const end = isComplete
    ? seconds(durationMs)
    : `stopped at ${seconds(elapsedMs)} of ${seconds(durationMs)}`;
  return `Summary: ${end}${from}, seed ${seed}`;
}

function epilogue({ isComplete, database }: RunEnd): string {
  return isComplete
    ? `The states are in ${database}; the next start begins a new run.`
    : `The states are in ${database}; the next start goes on from here, --fresh starts over.`;
}
