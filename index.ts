/** The public door: every export listed by hand. */
export { openBoard, type Board } from './services/board.ts';
export type { BoardOptions, CloseOptions } from './services/board-options.ts';
export type { Emergency } from './services/board-gate.ts';
export type {
  Health,
  HealthCode,
  HealthCounts,
  HealthReason,
  HealthStatus,
} from './services/board-health.ts';
export type { ResumeOptions, ShutdownOptions } from './services/emergency.ts';
export { createBreaker, type LoneBreakerOptions } from './services/create-breaker.ts';
export type {
  Breaker,
  BreakerSnapshot,
  BreakerStatus,
  CallResult,
  OperatorOptions,
} from './services/breaker.ts';
export type { CallContext, CallOptions, Operation, Protected } from './services/call.ts';
export type {
  BreakerOptions,
  BulkheadOptions,
  Mode,
  ProbeWaitOptions,
  RetryOptions,
} from './services/options.ts';
export type {
  ExponentialInterval,
  OpenIntervalOptions,
  TripInfo,
} from './services/open-interval.ts';
export type {
  ConsecutiveTrip,
  CountedCall,
  CountTrip,
  CustomTrip,
  CustomTripPolicy,
  PolicyCounts,
  RateOptions,
  TimeTrip,
  TripOptions,
} from './services/trip-policy.ts';
export type {
  ErrorClass,
  ErrorMatcher,
  Outcome,
  OutcomeOptions,
  Settled,
  Verdict,
} from './services/outcome.ts';
export type { Permit, Recorded } from './services/permit.ts';
export type { Refusal } from './services/refusal.ts';
export {
  FuseboardError,
  isFuseboardError,
  type ErrorCode,
  type RefusalCode,
} from './services/errors.ts';
export type { CallLabels, Fact, FactOf, FactType } from './services/facts.ts';
export type { IngestEvent, OutcomeEvent } from './services/ingest.ts';
export type { InspectionObserver } from './services/inspection.ts';
export type { GuardedInput } from './services/guard.ts';
export type { BreakerActor } from './services/runtime.ts';
export type { Clock, TimerHandle } from './services/clock.ts';
export type { Random } from './services/random.ts';
export { breakerMachine, type BreakerMachine } from './machines/breaker.ts';
export type {
  BreakerContext,
  BreakerEvent,
  BreakerStateName,
  BudgetLevel,
  Latch,
  LatchName,
  PeerState,
  TripCause,
} from './machines/breaker-context.ts';
