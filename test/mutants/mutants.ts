/**
 * Faults planted one at a time: each is one edit of one source file that the generated paths, or
 * the tests named beside it, must notice. A mutant whose text is no longer found is an error, so
 * the list keeps up with the code.
 */
export interface Mutant {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What is wrong then. */
  readonly fault: string;
  /**
   * Tests that must notice. The chart is the model that paths are generated from, so its own
   * faults are for its stories. @default the generated paths; for a chart its stories
   */
  readonly caughtBy?: string;
}

const CHART = 'machines/breaker.ts';
const DIFFERENTIAL = 'test/differential';

export const MUTANTS: readonly Mutant[] = [
  {
    file: CHART,
    find: 'event.generation === context.generation && isOutcome',
    replace: 'isOutcome',
    fault: 'outcomes of earlier generations count',
  },
  {
    file: CHART,
    find: 'isDue: ({ context, event }) => instantOf(event) >= (context.probeAtMs ?? Infinity)',
    replace: 'isDue: () => true',
    fault: 'probes begin before their instant',
  },
  {
    file: CHART,
    find: 'isDue: ({ context, event }) => instantOf(event) >= (context',
    replace: 'isDue: ({ context, event }) => instantOf(event) > (context',
    fault: 'the wait elapsed exactly is not enough',
  },
  {
    file: CHART,
    find: 'context.probesSucceeded + 1 >= event.needed',
    replace: 'context.probesSucceeded >= event.needed',
    fault: 'one probe too many is asked for',
  },
  {
    file: CHART,
    find: "isLastProbe(context, event) && context.budget === 'warned'",
    replace: 'isLastProbe(context, event)',
    fault: 'recovery always ends in budget_limited',
  },
  {
    file: CHART,
    find: 'nextGeneration: assign({ generation: ({ context }) => context.generation + 1 })',
    replace: 'nextGeneration: assign({ generation: ({ context }) => context.generation })',
    fault: 'generations do not rise',
  },
  {
    file: CHART,
    find: "entry: ['nextGeneration', 'forgetProbes']",
    replace: "entry: 'nextGeneration'",
    fault: 'successes of earlier probes are kept',
  },
  {
    file: CHART,
    find: "        'probe.failed': {\n          description: 'A probe failed or never answered: open again, for longer.',\n          guard: 'isCurrent',\n          target: '#breaker.open.cooling',",
    replace:
      "        'probe.failed': {\n          description: 'A probe failed or never answered: open again, for longer.',\n          guard: 'isCurrent',\n          target: '#breaker.closed',",
    fault: 'a failed probe closes',
  },
  {
    file: CHART,
    find: "['unauthorized', 'quota'],\n  'emergency.resumed'",
    replace: "['unauthorized'],\n  'emergency.resumed'",
    fault: 'a rotated key leaves the quota latch',
  },
  {
    file: CHART,
    find: "'operator.reset': ['operator', 'unauthorized', 'quota']",
    replace: "'operator.reset': ['emergency', 'operator', 'unauthorized', 'quota']",
    fault: 'reset lifts an emergency',
  },
  {
    file: CHART,
    find: 'event.operatorEpoch < context.operatorEpoch ||',
    replace: 'event.operatorEpoch <= context.operatorEpoch ||',
    fault: "another process's trip at the same epoch is not heard",
  },
  {
    file: CHART,
    find: 'endOf(event) <= Math.max(endOf(context)',
    replace: 'endOf(event) < Math.max(endOf(context)',
    fault: 'a peer that knows nothing newer is followed',
  },
  {
    file: CHART,
    find: "guard: 'isProbePassed',\n                target: '#breaker.half_open',\n                actions: 'rememberBudget',\n              },\n              {\n                description: 'The money is back.'",
    replace:
      "guard: 'isProbePassed',\n                target: '#breaker.closed',\n                actions: 'rememberBudget',\n              },\n              {\n                description: 'The money is back.'",
    fault: 'a trip during exhaustion is forgotten when the money is back',
  },
  {
    file: CHART,
    find: 'event.probeAtMs > (context.probeAtMs ?? 0)',
    replace: 'event.probeAtMs < (context.probeAtMs ?? 0)',
    fault: 'a sooner instant shortens the wait',
  },
  {
    file: 'services/gate.ts',
    find: "if (snapshot.hasTag('limited')) return LIMITED;",
    replace: "if (snapshot.hasTag('limited')) return REFUSE;",
    fault: 'a strained budget refuses',
  },
  {
    file: 'services/gate.ts',
    find: "return snapshot.hasTag('probe') ? PROBE : REFUSE;",
    replace: 'return REFUSE;',
    fault: 'half open admits nobody',
  },
  {
    file: 'services/recording.ts',
    find: 'breaker.consecutiveFailures >= options.failuresMax',
    replace: 'breaker.consecutiveFailures > options.failuresMax',
    fault: 'it trips one failure late',
  },
  {
    file: 'services/recording.ts',
    find: 'if (generation !== breaker.generation) {',
    replace: 'if (generation > breaker.generation) {',
    fault: 'the service counts late outcomes',
  },
  {
    file: 'services/recording.ts',
    find: 'breaker.consecutiveFailures = failed ? breaker.consecutiveFailures + 1 : 0;',
    replace: 'if (failed) breaker.consecutiveFailures++;',
    fault: 'a success does not end a run of failures',
    caughtBy: DIFFERENTIAL,
  },
  {
    file: 'services/recording.ts',
    find: 'if (isShort && breaker.gate !== PROBE) return;',
    replace: 'if (breaker.gate !== PROBE) return;',
    fault: 'rate limits never open',
  },
  {
    file: 'services/recording.ts',
    find: "if (breaker.circuit?.state !== 'open.cooling') return;",
    replace: 'return;',
    fault: 'a late rate limit does not prolong the wait',
  },
  {
    file: 'services/admission.ts',
    find: 'breaker.restNow.probesOutCount < options.probesMax',
    replace: 'breaker.restNow.probesOutCount <= options.probesMax',
    fault: 'one probe too many is let through',
    caughtBy: DIFFERENTIAL,
  },
  {
    file: 'services/admission.ts',
    find: 'rest.probesOutCount--;',
    replace: '',
    fault: 'a probe gives its permit never back',
  },
  {
    file: 'services/admission.ts',
    find: "    failProbe(breaker, 'probe_expired');",
    replace: '',
    fault: 'a probe that never answers holds the breaker half open',
    caughtBy: DIFFERENTIAL,
  },
  {
    file: 'services/chart-follower.ts',
    find: "if (state !== 'open.cooling' || probeAtMs === null) return;",
    replace: 'return;',
    fault: 'nobody wakes an open breaker',
  },
  {
    file: 'services/chart-follower.ts',
    find: 'if (isNewGeneration) breaker.forgetCounts();',
    replace: '',
    fault: 'failures before a trip count after it',
    caughtBy: DIFFERENTIAL,
  },
  {
    file: 'services/window.ts',
    find: 'if (totals.calls === ring.length) {',
    replace: 'if (totals.calls > ring.length) {',
    fault: 'old calls never leave the count window',
    caughtBy: DIFFERENTIAL,
  },
  {
    file: 'services/window.ts',
    find: 'const steps = Math.min(BUCKETS, bucket - this.#current);',
    replace: 'const steps = Math.min(1, bucket - this.#current);',
    fault: 'the time window does not advance over idle gaps',
    caughtBy: DIFFERENTIAL,
  },
  {
    file: 'services/slow-calls.ts',
    find: 'if (rest.slowDeadline === null) arm(breaker, startMs);',
    replace: '',
    fault: 'a call that hangs is not slow',
    caughtBy: DIFFERENTIAL,
  },
  {
    file: 'services/cost/budgets/account.ts',
    find: 'return amountNanoUsd <= this.availableNanoUsd || amountNanoUsd === 0 || this.isMeter;',
    replace: 'return true;',
    fault: 'calls reserve what was never drawn',
    caughtBy: 'test/money-properties/interleavings.test.ts',
  },
  {
    file: 'services/cost/budgets/account.ts',
    find: "if (spent > this.#exhaustedNanoUsd) return 'exceeded';",
    replace: "if (spent > this.#exhaustedNanoUsd) return 'warned';",
    fault: 'a spent budget stops nobody',
    caughtBy: 'test/money/budget-levels.test.ts',
  },
  {
    file: 'services/cost/rules/rule-decision.ts',
    find: 'if (figure < one.thresholdNanoUsd) continue;',
    replace: 'if (figure <= one.thresholdNanoUsd) continue;',
    fault: 'a rule does not fire at equality',
    caughtBy: 'test/cost/rules.test.ts',
  },
  {
    file: 'services/cost/money.ts',
    find: 'return Math.ceil(product / per) as NanoUsd;',
    replace: 'return Math.floor(product / per) as NanoUsd;',
    fault: 'charges are rounded down',
    caughtBy: 'test/cost/money.test.ts',
  },
  {
    file: 'services/cost/charge.ts',
    find: "return isCut || outcome === 'succeeded' || outcome === 'cancelled' ? 'assumed' : 'none';",
    replace: "return 'none';",
    fault: 'a call without usage is free',
    caughtBy: 'test/money/charges.test.ts',
  },
  {
    file: 'persistence/money/draws.ts',
    find: '  state.forfeitedNanoUsd -\n  state.heldNanoUsd;',
    replace: '  state.forfeitedNanoUsd;',
    fault: 'what others hold does not count',
    caughtBy: 'test/persistence/money.contract.test.ts',
  },
  {
    file: 'services/providers/metered-stream.ts',
    find: "return isHidden && this.#options.mayHide ? 'hide' : 'keep';",
    replace: "return 'keep';",
    fault: 'the usage that only we asked for reaches the client',
    caughtBy: 'test/providers/contract/hidden-usage.test.ts',
  },
  {
    file: 'services/providers/metered-stream.ts',
    find: 'const isCut = !this.#reader.isComplete && this.#reader.fault === null;',
    replace: 'const isCut = false;',
    fault: 'a stream without its proper end passes for a whole one',
    caughtBy: 'test/providers/contract/upstream-fails.test.ts',
  },
  {
    file: 'services/providers/credentials.ts',
    find: 'if (sibling !== from) tell(sibling, { outcome: verdict.outcome });',
    replace: '',
    fault: 'a bad key stops one breaker only',
    caughtBy: 'test/providers/credentials.test.ts',
  },
  {
    file: 'services/providers/call-faults.ts',
    find: "changed.set('x-should-retry', 'false');",
    replace: '',
    fault: 'clients try again in vain',
    caughtBy: 'test/providers/sdk/openai-faults.test.ts',
  },
  {
    file: 'services/providers/read-response.ts',
    find: 'if (this.#isUsed || this.#whole !== null) return false;',
    replace: '',
    fault: 'a body is given away twice',
    caughtBy: 'test/providers/handed-responses.test.ts',
  },
  {
    file: 'services/cost/treasury.ts',
    find: 'if (ledger.isFull || !allowances.takeNow(call.accounts, extraNanoUsd)) continue;',
    replace: '',
    fault: 'a stream is extended by money that is not there',
    caughtBy: 'test/providers/fetch-decisions.test.ts',
  },
  {
    file: 'visualizations/inspector/request-checks.ts',
    find: 'if (Number(digits ?? 80) !== port) return false;',
    replace: '',
    fault: 'a page of another port of this machine may ask the inspector',
    caughtBy: 'test/inspector/request-checks.test.ts',
  },
  {
    file: 'visualizations/inspector/operator-token.ts',
    find: 'times.length >= WRONG_MAX',
    replace: 'times.length > WRONG_MAX',
    fault: 'the token may be guessed at once too often',
    caughtBy: 'test/inspector/operator-token.test.ts',
  },
  {
    file: 'visualizations/inspector/feed.ts',
    find: '!this.#clients.delete(client) || this.#clients.size > 0 || this.#isEnded',
    replace: '!this.#clients.delete(client) || this.#isEnded',
    fault: 'one page that leaves takes the feed from all others',
    caughtBy: 'test/inspector/watching-on.test.ts',
  },
  {
    file: 'services/cost/ledger-writer.ts',
    find: 'emptyBlock(this.#spare ?? roomFor(FIRST_ROWS * LEDGER_WIDTH))',
    replace: 'emptyBlock(block.rows)',
    fault: 'rows are overwritten while they are on their way to the store',
    caughtBy: 'test/cost/ledger-writer.test.ts',
  },
  {
    file: 'services/bus.ts',
    find: 'if (subscribers.length === 0) return;',
    replace: '',
    fault: 'a tap costs its process a turn of the event loop for each batch',
    caughtBy: 'test/board/fact-taps.test.ts',
  },
  {
    file: 'visualizations/inspector/breaker-rows.ts',
    find: 'if (entry.passedTick > tick) traffic',
    replace: 'if (entry.passedTick > tick + 1) traffic',
    fault: 'a page that comes back misses what passed in the tick after the last it knew',
    caughtBy: 'test/inspector/board-rows.test.ts',
  },
  {
    file: 'visualizations/inspector/traffic.ts',
    find: 'column - SPARK_COUNT + 1);\n    for',
    replace: 'column - SPARK_COUNT + 2);\n    for',
    fault: 'after a rest an old column is shown as a new one',
    caughtBy: 'test/inspector/traffic.test.ts',
  },
  {
    file: 'visualizations/inspector/spend.ts',
    find: 'spent.earlier = 0;',
    replace: '',
    fault: 'what was settled before the books were asked is counted twice',
    caughtBy: 'test/inspector/spend.test.ts',
  },
  {
    file: 'visualizations/diagram/svg-text.ts',
    find: '.replace(/[&<>"]/g',
    replace: '.replace(/[&<>]/g',
    fault: 'a name with a quote leaves its attribute in an SVG file',
    caughtBy: 'test/diagram/marks.test.ts',
  },
];

/** Where the generated paths are executed on the real service. */
const PATHS = 'test/kit-tests/breaker-paths.test.ts';
const STORIES = 'test/machines/breaker-stories.test.ts';

/** The tests that must notice a mutant. */
export const testsFor = ({ file, caughtBy }: Mutant): string =>
  caughtBy ?? (file === CHART ? STORIES : PATHS);
