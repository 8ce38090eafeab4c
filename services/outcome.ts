/** What an error or a result means for the dependency: the classes, and how to tell them apart. */

export const OUTCOMES = [
  'succeeded',
  'failed',
  'ignored',
  'rate_limited',
  'unauthorized',
  'over_quota',
  'cancelled',
] as const;

/**
 * `succeeded` and `failed` count; `ignored` and `cancelled` say nothing about the dependency;
 * `rate_limited` opens until the provider wants calls again; `unauthorized` and `over_quota`
 * latch the breaker until somebody acts.
 */
export type Outcome = (typeof OUTCOMES)[number];

/** An outcome with what else is known about it. */
export interface Verdict {
  readonly outcome: Outcome;
  /** Wall-clock milliseconds before which the provider does not want another call. */
  readonly retryAtMs?: number;
  /** Whether the same call may be made again. Default: only for `rate_limited`. */
  readonly retryable?: boolean;
  /** An answer had begun, so nobody knows what it cost: its worst case is charged. */
  readonly isCut?: boolean;
}

/** Where an error carries its own verdict, which no option overrules. */
export const VERDICT = Symbol.for('fuseboard.verdict');

function ownVerdict(settled: Settled): Verdict | undefined {
  if (settled.ok) return undefined;
  try {
    const { error } = settled;
    return error instanceof Error
      ? (error as { readonly [VERDICT]?: Verdict })[VERDICT]
      : undefined;
  } catch {
    // An error that throws when somebody looks at it carries none.
    return undefined;
  }
}

/** How a call ended, as classifiers see it. */
export type Settled =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** A class of errors. Subclasses are included. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Which errors are meant: classes (inheritance included), or a predicate. */
export type ErrorMatcher = ErrorClass | readonly ErrorClass[] | ((error: unknown) => boolean);

export interface OutcomeOptions {
  /**
   * Errors that count as failures; others are ignored.
   * @default every error
   */
  readonly failOn?: ErrorMatcher;
  /** Errors that count neither as failure nor as success. Wins over `failOn`. @default none */
  readonly ignore?: ErrorMatcher;
  /** Results that count as failures. The caller still gets them. @default none */
  readonly failOnResult?: (value: unknown) => boolean;
  /**
   * Full control: an outcome, a verdict, or undefined to let the options above decide.
   * A throw in here is reported as a fact and leaves the decision to the options above.
   */
  readonly classify?: (settled: Settled) => Outcome | Verdict | undefined;
}

export const SUCCEEDED: Verdict = Object.freeze({ outcome: 'succeeded' });
export const FAILED: Verdict = Object.freeze({ outcome: 'failed' });
export const IGNORED: Verdict = Object.freeze({ outcome: 'ignored' });
export const CANCELLED: Verdict = Object.freeze({ outcome: 'cancelled' });

/** Turns how a call ended into a verdict. Never throws; a throw of the user's code is reported. */
export type Classify = (settled: Settled, report: ReportThrow) => Verdict;

/** Told which of the user's callbacks threw, and what. */
export type ReportThrow = (callback: string, error: unknown) => void;

/** True for Error and every class that extends it. */
export const isErrorClass = (matcher: unknown): matcher is ErrorClass =>
  typeof matcher === 'function' &&
  (matcher === Error || (matcher as ErrorClass).prototype instanceof Error);

const predicateOf = (matcher: ErrorMatcher): ((error: unknown) => boolean) => {
  if (isErrorClass(matcher)) return (error) => error instanceof matcher;
  if (typeof matcher === 'function') return matcher;
  return (error) => matcher.some((errorClass) => error instanceof errorClass);
};

const plainVerdicts = new Map<string, Verdict>(
  OUTCOMES.map((outcome) => [outcome, Object.freeze({ outcome })]),
);

/** A retry time that is none, such as one read from a header that was not there. */
const isBadRetryTime = ({ retryAtMs }: Verdict): boolean =>
  retryAtMs !== undefined && !(Number.isFinite(retryAtMs) && retryAtMs >= 0);

/** A verdict from what somebody says is one, without a retry time that is none. */
export const verdictFrom = (said: unknown): Verdict | undefined => {
  if (typeof said === 'string') return plainVerdicts.get(said);
  if (typeof said !== 'object' || said === null) return undefined;
  const verdict = said as Verdict;
  if (!plainVerdicts.has(verdict.outcome)) return undefined;
  if (!isBadRetryTime(verdict)) return verdict;
  const { retryAtMs: _, ...rest } = verdict;
  return rest;
};

/** Compiles the options into one function. */
export function compileClassify(options: OutcomeOptions): Classify {
  const { classify, failOnResult } = options;
  const isFailure = options.failOn === undefined ? () => true : predicateOf(options.failOn);
  const isIgnored = options.ignore === undefined ? () => false : predicateOf(options.ignore);
  const ask = <T>(callback: string, report: ReportThrow, run: () => T): T | undefined => {
    try {
      return run();
    } catch (error) {
      report(callback, error);
      return undefined;
    }
  };
  return (settled, report) => {
    const carried = ownVerdict(settled);
    if (carried !== undefined) return carried;
    const own = classify && ask('classify', report, () => askClassify(classify, settled, report));
    if (own !== undefined) return own;
    if (settled.ok) {
      if (failOnResult === undefined) return SUCCEEDED;
      return ask('failOnResult', report, () => failOnResult(settled.value)) ? FAILED : SUCCEEDED;
    }
    const { error } = settled;
    if (ask('ignore', report, () => isIgnored(error))) return IGNORED;
    // A predicate that throws cannot excuse the error: it counts.
    return (ask('failOn', report, () => isFailure(error)) ?? true) ? FAILED : IGNORED;
  };
}

function askClassify(
  classify: NonNullable<OutcomeOptions['classify']>,
  settled: Settled,
  report: ReportThrow,
): Verdict | undefined {
  const answer: unknown = classify(settled);
  if (answer === undefined) return undefined;
  const verdict = verdictFrom(answer);
  if (verdict === undefined) {
    throw new TypeError('classify must return an outcome, a verdict or undefined');
  }
  if (typeof answer === 'object' && verdict !== answer) {
    report('classify', new RangeError('retryAtMs must be milliseconds of at least 0'));
  }
  return verdict;
}
