/** The first words of a run: which one it is, and in which state it finds its breakers. */
import type { Board } from '../../index.ts';
import { seconds } from './changes.ts';
import { shortUsd, type MoneyView } from './money-tally.ts';
import type { RunPlan } from './plan.ts';
import type { Reporter } from './reporter.ts';
import { SERVICES } from './services.ts';

/** Makes the breakers and says how a run finds them; a new one begins with all of them closed. */
export function begin(
  board: Board,
  { seed, durationMs, fromMs, isResumed, dropped }: RunPlan,
  pace: number,
  nowMs: number,
  reporter: Reporter,
  money: MoneyView,
): void {
  const found: string[] = [];
  for (const { name, options } of SERVICES) {
    const breaker = board.breaker(name, options(pace));
    const { state, probeAtMs } = breaker.snapshot();
    if (state === 'closed') continue;
    if (!isResumed) breaker.reset('a new run begins', { by: 'fuseboard demo' });
    if (isResumed) found.push(`${name} is still ${state}${until(state, probeAtMs, nowMs)}`);
    else found.push(`${name} was still ${state}`);
  }
  if (dropped !== null) reporter.note(dropped);
  const states = found.length === 0 ? 'every breaker is closed' : found.join(', ');
  if (isResumed) {
    const where = `${seconds(fromMs)} of ${seconds(durationMs)}`;
    reporter.note(`resuming at ${where}, seed ${seed}; ${states}`);
    reporter.note(`it has spent ${spentOf(money)}`);
  } else {
    const reset = found.length === 0 ? '' : `; from an earlier run ${states}: reset`;
    reporter.note(`a new run of ${seconds(durationMs)}, seed ${seed}${reset}`);
    reporter.note(`it may spend ${limitOf(money)}`);
  }
}

function until(state: string, probeAtMs: number | null, nowMs: number): string {
  if (state !== 'open' || probeAtMs === null) return '';
  return probeAtMs > nowMs ? ` for ${seconds(probeAtMs - nowMs)}` : ', its probe is due';
}

/** `$0.2013 of $1.07 (run 3)`, by budget. */
const spentOf = ({ budgets }: MoneyView): string =>
  budgets
    .map(
      ({ id, spentNanoUsd, limitNanoUsd }) =>
        `${shortUsd(spentNanoUsd)} of ${shortUsd(limitNanoUsd)} (${id})`,
    )
    .join(', ');

const limitOf = ({ budgets }: MoneyView): string =>
  budgets.map(({ id, limitNanoUsd }) => `${shortUsd(limitNanoUsd)} (${id})`).join(', of it ');
