/** The public door: every export listed by hand. */
export type { Board } from './services/board.ts';
export { openBoard } from './services/open-board.ts';
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
export type { InspectOptions, Inspector } from './services/inspector.ts';
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
export type { EstimateFrom } from './services/board-costs.ts';
export type { ActOptions, Budget, BudgetSummary } from './services/cost/budgets/budget.ts';
export type {
  BudgetOptions,
  BudgetPer,
  BudgetScope,
} from './services/cost/budgets/budget-options.ts';
export type { WeekStart } from './services/cost/budgets/calendar.ts';
export type { CallOverride } from './services/cost/call-cost.ts';
export type { CostEvent } from './services/cost/cost-events.ts';
export type { BudgetPeriod, CostFact } from './services/cost/cost-facts.ts';
export type { CostOptions, LedgerOptions, ThrottleBounds } from './services/cost/cost-keys.ts';
export type { BudgetPart, Costs } from './services/cost/costs.ts';
export type {
  Estimate,
  EstimateRequest,
  Estimator,
  SettledCall,
} from './services/cost/estimates/estimate.ts';
export type { DefaultCosts } from './services/cost/estimates/estimator-default.ts';
export { formatUsd, usd, type NanoUsd } from './services/cost/money.ts';
export type { EmergencyOverrideOptions } from './services/cost/budgets/override-options.ts';
export type { Period } from './services/cost/budgets/period.ts';
export type {
  FreeOverride,
  PricedOverride,
  PriceOptions,
  PriceOverride,
  TokenPrices,
} from './services/cost/prices/price-options.ts';
export type { Price, PriceSource } from './services/cost/prices/price.ts';
export type {
  RuleAction,
  RuleConditions,
  RuleOptions,
  RuleType,
} from './services/cost/rules/rule-options.ts';
export type { RuleSummary } from './services/cost/rules/rule-summary.ts';
export type { LimitedOptions } from './services/cost/rules/rule-shedding.ts';
export type { ChatMessage, ChatPart } from './services/cost/tokens/token-messages.ts';
export type { Usage } from './services/cost/usage.ts';
export type {
  CostReport,
  CostReportQuery,
  CostReportRow,
  LedgerVerdict,
  SpendHour,
} from './persistence/cost-report.ts';
export type { CostBasis } from './persistence/ledger-batch.ts';
export type { AuditEntry } from './persistence/money-store.ts';
export { FAULTS, type Fault, type FaultName } from './services/providers/fault.ts';
export type {
  FetchOptions,
  KeyedRequest,
  RequestLabels,
  StreamDeadlines,
} from './services/providers/fetch-options.ts';
export { jsonApi } from './services/providers/json-api/json-api.ts';
export type {
  JsonApiError,
  JsonApiOperation,
  JsonApiOptions,
  JsonApiStream,
} from './services/providers/json-api/json-api-options.ts';
export { lightrag, lightragProfile } from './services/providers/lightrag/lightrag.ts';
export type {
  LightragCalls,
  LightragOptions,
} from './services/providers/lightrag/lightrag-options.ts';
export type { LightragCheck } from './services/providers/lightrag/probe-checks.ts';
export type { ProbeRounds } from './services/providers/lightrag/probe-rounds.ts';
export type { LightragScope } from './services/providers/lightrag/routes.ts';
export {
  lightragProbes,
  type LightragProbes,
  type LightragProbesOptions,
  type ProbeResult,
} from './services/providers/lightrag/probes.ts';
export type { OwnLimit } from './services/providers/own-limits.ts';
export { openai } from './services/providers/openai/openai.ts';
export { perplexity } from './services/providers/perplexity/perplexity.ts';
export type { PoolFailover } from './services/providers/pool/pool-facts.ts';
export type {
  ChosenMember,
  MemberHeaders,
  MemberRequest,
  MemberView,
  Pool,
  PoolCallOptions,
  PoolContext,
  PoolHealth,
  PoolMember,
  PoolOptions,
  PoolStatus,
} from './services/providers/pool/pool.ts';
export type { RetryBudgetOptions } from './services/providers/pool/retry-budget.ts';
export type { StrategyName } from './services/providers/pool/strategy.ts';
export type {
  Answer,
  CountTokens,
  ErrorResponse,
  FrameReading,
  JsonObject,
  Profile,
  RateLimits,
  RequestReading,
  RequestView,
  ResponseView,
  StreamReader,
} from './services/providers/profile.ts';
export type { Outlook, ProtectedFetch, Sent } from './services/providers/protected-fetch.ts';
export { ProviderError } from './services/providers/provider-error.ts';
export type { KnownProvider } from './services/providers/providers.ts';
export type { UsageOptions } from './services/call.ts';
