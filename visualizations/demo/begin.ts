/** The first words of a run: which one it is, and in which state it finds its breakers. */
import { seconds } from './changes.ts';
import { shortUsd, type MoneyView } from './money-tally.ts';
import type { RunPlan } from './plan.ts';
import type { Reporter } from './reporter.ts';
import { REAL_LIMIT } from './run-money.ts';
import { REAL_RATE } from './lanes.ts';
import type { LiveLane } from './live-lanes.ts';

/** Says how a run finds its breakers; a new one begins with all of them closed. */
export function begin(
  lanes: readonly LiveLane[],
  { seed, durationMs, fromMs, isResumed, isEndless, dropped }: RunPlan,
  nowMs: number,
  reporter: Reporter,
  money: MoneyView,
): void {
  const found: string[] = [];
  for (const { name, breaker } of lanes) {
    const { state, probeAtMs, latches } = breaker.snapshot();
    if (state === 'closed') continue;
    if (!isResumed) breaker.reset('a new run begins', { by: 'fuseboard demo' });
    if (isResumed)
      found.push(`${name} is still ${state}${until(state, latches, probeAtMs, nowMs)}`);
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
    const what = isEndless
      ? `day after day, each in ${seconds(durationMs)}`
      : `a new run of ${seconds(durationMs)}`;
    reporter.note(`${what}, seed ${seed}${reset}`);
    reporter.note(`it may spend ${limitOf(money)}${isEndless ? ', every minute' : ''}`);
  }
  reporter.note(sourcesOf(lanes));
}

/** Which providers are real, and that those cost money. */
function sourcesOf(lanes: readonly LiveLane[]): string {
  const providers = [...new Set(lanes.map(({ provider }) => provider))];
  const real = providers.filter(({ isReal }) => isReal);
  const simulated = providers.filter(({ isReal }) => !isReal).map(({ name }) => name);
  const rest = `${listed(simulated)} ${simulated.length === 1 ? 'is' : 'are'} simulated`;
  if (real.length === 0) return `${rest} on this machine: no real money is spent`;
  const hosts = listed(real.map(({ name, host }) => `${name} (${host})`));
  const limit = shortUsd(REAL_LIMIT);
  const seldom = `about a call every ${1 / REAL_RATE} seconds${real.length === 1 ? '' : ' each'}`;
  return (
    `REAL, and paid with real money: ${hosts}; at most ${limit} in this run, ${seldom}` +
    `${simulated.length === 0 ? '' : `; ${rest}`}; --simulated uses no real one`
  );
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

function until(
  state: string,
  latches: readonly string[],
  probeAtMs: number | null,
  nowMs: number,
): string {
  if (latches.length > 0) return `, held by ${latches.join(', ')}`;
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
