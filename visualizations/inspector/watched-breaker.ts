/** One breaker as its view shows it, looked at now. */
import { inspect } from 'node:util';

import type { AnyMachineSnapshot } from 'xstate';

import { pristineContext } from '../../machines/breaker-context.ts';
import type { BreakerCore } from '../../services/breaker-core.ts';
import { snapshotAt } from '../../services/gate.ts';
import type { ResolvedOptions } from '../../services/options.ts';
import { plainObject } from './plain-json.ts';
import type { BreakerUpdate } from './protocol.ts';
import { activeIdsOf } from './tapes.ts';
import type { Watch } from './watch.ts';

/** A view without the tape, which is told in parts, and the row, which is JSON already. */
export type BreakerHead = Omit<BreakerUpdate, 'isWhole' | 'tape' | 'row'>;

const NOBODY = {
  isThere: false,
  snapshot: null,
  activeIds: [],
  context: null,
  explanation: '',
  options: [],
  enabled: [],
  reservedNanoUsd: null,
  hits: {},
} as const satisfies Omit<BreakerHead, 'name'>;

export function breakerHead(watch: Watch, name: string): BreakerHead {
  const { registry, runtime } = watch.inside;
  const breaker = registry.get(name);
  if (breaker === undefined) return { name, ...NOBODY };
  const snapshot = breaker.snapshot();
  const chart = chartOf(breaker);
  return {
    name,
    isThere: true,
    snapshot,
    activeIds: activeIdsOf(chart),
    context: plainObject(chart.context),
    explanation: breaker.explain(),
    options: optionsOf(breaker.options),
    enabled: enabledIn(chart),
    reservedNanoUsd: runtime.treasury?.heldFor(name) ?? null,
    hits: watch.hits.of(name),
  };
}

/** Its chart's snapshot; one that sleeps is shown as it would wake. */
function chartOf({ circuit }: BreakerCore): AnyMachineSnapshot {
  return snapshotAt(circuit?.state ?? 'closed', circuit?.context ?? pristineContext);
}

/** Types of the events that some active state, or one around it, has a transition for. */
function enabledIn({ _nodes: nodes }: AnyMachineSnapshot): readonly string[] {
  return [...new Set(nodes.flatMap((node) => [...node.transitions.keys()]))].filter(
    (type) => type !== '',
  );
}

const DECIDING = [
  'mode',
  'provider',
  'trip',
  'recoveryTimeoutMs',
  'interval',
  'probesMax',
  'probesNeeded',
  'probeTimeoutMs',
  'probeWait',
  'timeoutMs',
  'bulkhead',
  'retry',
  'limited',
  'requireCost',
  'defaultMaxOutputTokens',
  'permitTimeoutMs',
  'onQuarantine',
] as const satisfies readonly (keyof ResolvedOptions)[];

/** Kept with the options they are of: every breaker of a kind has the same. */
const TEXTS = new WeakMap<ResolvedOptions, BreakerUpdate['options']>();

function optionsOf(options: ResolvedOptions): BreakerUpdate['options'] {
  let texts = TEXTS.get(options);
  if (texts === undefined) {
    texts = DECIDING.filter((key) => options[key] !== null && options[key] !== undefined).map(
      (key) => [key === 'interval' ? 'openInterval' : key, textOf(options[key])] as const,
    );
    TEXTS.set(options, texts);
  }
  return texts;
}

const textOf = (value: unknown): string =>
  inspect(value, { depth: 2, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 8 });
