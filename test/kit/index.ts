/** The testing kit, published as `fuseboard/testing`: every export listed by hand. */
export {
  actorUnderTest,
  type ActorUnderTest,
  type ActorUnderTestOptions,
} from './actor-under-test.ts';
export {
  breakerGraph,
  createBreakerGraph,
  type BreakerGraph,
  type BreakerGraphOptions,
} from './breaker-graph.ts';
export {
  breakerUnderTest,
  type BreakerUnderTest,
  type BreakerUnderTestSettings,
} from './breaker-under-test.ts';
export { describePaths, type DescribePathsOptions, type TestRunner } from './describe-paths.ts';
export {
  failingFunction,
  failingFunctionSync,
  type FailingFunction,
  type FailingFunctionOptions,
  type FailurePlan,
  type PlannedCounts,
} from './failing-function.ts';
export { generatePaths } from './generate-paths.ts';
export type { PathsProgress } from './paths-meter.ts';
export type { GeneratePathsOptions } from './paths-options.ts';
export type {
  GeneratedPath,
  GeneratedPaths,
  PathCoverage,
  PathStep,
  UncoveredReason,
  UncoveredTransition,
} from './generated-paths.ts';
export type { Burst } from './load-arrivals.ts';
export { generateLoad, type LoadOptions, type LoadReport } from './load-generator.ts';
export type { ModelState } from './machine-model.ts';
export type { PendingTimer } from './model-world.ts';
export {
  configuredTransitions,
  stateName,
  type ConfiguredTransition,
} from '../../machines/transitions.ts';
export type { Strategy } from './path-sentences.ts';
export type { StepToTell } from './path-strategies.ts';
export { seededRandom } from './seeded-random.ts';
export type { EventExecutor, Silence, SystemUnderTest } from './system-under-test.ts';
export { transitionCoverage, type TransitionCoverage } from './transition-coverage.ts';
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
export type {
  AnsweringBehaviour,
  AnswerSettings,
  Behaviour,
  QuotaCode,
  RefusingBehaviour,
} from './providers/behaviours.ts';
export { latencyDraws, type Latency } from './providers/latency.ts';
export type { LightRagDocuments } from './providers/lightrag/lightrag-documents.ts';
export {
  simulateLightRag,
  type LightRagSimulationOptions,
} from './providers/lightrag/simulate-lightrag.ts';
export type { OpenAiBatches } from './providers/openai/openai-batches.ts';
export type { OpenAiLimits } from './providers/openai/openai-limits.ts';
export {
  simulateOpenAI,
  type OpenAiSimulationOptions,
} from './providers/openai/simulate-openai.ts';
export {
  simulatePerplexity,
  type PerplexitySimulationOptions,
} from './providers/perplexity/simulate-perplexity.ts';
export type { Phase, Plan, Ramp } from './providers/plan.ts';
export type { ReceivedRequest } from './providers/received-request.ts';
export {
  degradation,
  intermittent,
  outage,
  type Degradation,
  type Span,
} from './providers/schedules.ts';
export type { SimulatedProvider, SimulationOptions } from './providers/simulation.ts';
export type { UsageFault } from './providers/usage-fault.ts';
