/** Which transitions generated tests take, and which the traffic took. */
import { breakerMachine } from '../../machines/breaker.ts';
import type { CoverageUpdate } from './protocol.ts';
import { TEST_COUNT, TESTED } from './tested-transitions.ts';
import { TRANSITIONS, type TransitionHits } from './transition-hits.ts';

export function coverageView(hits: TransitionHits): CoverageUpdate {
  return {
    chartId: breakerMachine.id,
    transitions: TRANSITIONS,
    tested: TESTED,
    testCount: TEST_COUNT,
    hits: hits.total,
    breakers: hits.breakers,
  };
}
