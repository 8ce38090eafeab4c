/** The other libraries, set up to do what Fuseboard is compared with. */
import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  type CircuitBreakerPolicy,
  type IBreaker,
} from 'cockatiel';

/** Far enough ahead to stay open for any benchmark. */
export const A_DAY_MS = 86_400_000;

/** A threshold that no benchmark reaches. */
export const NEVER = 1e9;

/** What the protected call is: an async function that has its answer at once. */
export const answer = async (): Promise<number> => 1;

const fault = new Error('the upstream failed');

/** One error for all, so that making errors is not what is measured. */
export const fail = async (): Promise<number> => {
  throw fault;
};

/** Costs what any async function around a call costs. */
export const emptyWrapper = async <T>(fn: () => Promise<T>): Promise<T> => await fn();

export const cockatiel = (
  breaker: IBreaker = new ConsecutiveBreaker(5),
  halfOpenAfter: number = A_DAY_MS,
): CircuitBreakerPolicy => circuitBreaker(handleAll, { halfOpenAfter, breaker });

/** A cockatiel breaker that is open. */
export async function openCockatiel(): Promise<CircuitBreakerPolicy> {
  const breaker = cockatiel(new ConsecutiveBreaker(1));
  await breaker.execute(fail).catch(() => {});
  const error: unknown = await breaker.execute(answer).catch((reason: unknown) => reason);
  if (!(error instanceof BrokenCircuitError)) throw new Error('cockatiel did not open');
  return breaker;
}
