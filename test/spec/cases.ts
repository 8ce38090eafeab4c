/**
 * The named cases of the specification. Each id has at least one test whose title starts with it;
 * `test/tidy/cases.test.ts` says which have none.
 */

export interface SpecCase {
  readonly id: string;
  readonly name: string;
}

export const CASES: readonly SpecCase[] = [
  { id: 'BASIC-01', name: 'circuit breaker default initialization' },
  { id: 'BASIC-02', name: 'circuit breaker custom initialization' },
  { id: 'BASIC-03', name: 'circuit breaker invalid parameters' },
  { id: 'BASIC-04', name: 'circuit breaker starts closed' },
  { id: 'BASIC-05', name: 'circuit breaker transitions to open' },
  { id: 'BASIC-06', name: 'circuit breaker transitions to half open' },
  { id: 'BASIC-07', name: 'circuit breaker transitions to closed on success' },
  { id: 'BASIC-08', name: 'circuit breaker returns to open on half open failure' },
  { id: 'BASIC-09', name: 'failure count increments correctly' },
  { id: 'BASIC-10', name: 'failure count resets on success' },
  { id: 'BASIC-11', name: 'failure threshold boundary conditions' },
  { id: 'BASIC-12', name: 'consecutive failures open circuit' },
  { id: 'BASIC-13', name: 'intermittent failures do not open circuit' },
  { id: 'BASIC-14', name: 'recovery timeout prevents calls' },
  { id: 'BASIC-15', name: 'recovery timeout allows single test call' },
  { id: 'BASIC-16', name: 'custom recovery timeout values' },
  { id: 'BASIC-17', name: 'recovery timeout precision' },
  { id: 'BASIC-18', name: 'expected exception triggers failure' },
  { id: 'BASIC-19', name: 'unexpected exception bypasses circuit' },
  { id: 'BASIC-20', name: 'custom expected exception types' },
  { id: 'BASIC-21', name: 'exception inheritance handling' },
  { id: 'BASIC-22', name: 'async function execution' },
  { id: 'BASIC-23', name: 'async function failure handling' },
  { id: 'BASIC-24', name: 'mixed sync async operations' },
  { id: 'BASIC-25', name: 'concurrent call execution' },
  { id: 'BASIC-26', name: 'state consistency under load' },
  { id: 'BASIC-27', name: 'failure count thread safety' },
  { id: 'BASIC-28', name: 'zero failure threshold' },
  { id: 'BASIC-29', name: 'negative recovery timeout' },
  { id: 'BASIC-30', name: 'extremely high failure threshold' },
  { id: 'BASIC-31', name: 'rapid success failure alternation' },
];
