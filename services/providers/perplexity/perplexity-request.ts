/**
 * What a request to Perplexity is about to do: the Agent API (`/responses`, `/agent`), the Sonar
 * chats before it (`/chat/completions`, `/sonar`), and the rest.
 */
import type { ChatMessage } from '../../cost/tokens/token-messages.ts';
import { isJsonObject, knownCountAt, listAt, textAt } from '../json-reading.ts';
import { chatOf, plainInputOf, responseInputOf } from '../openai/openai-input.ts';
import { capOutput, modelName, type OperationDraft } from '../openai/openai-request.ts';
import { routeOf } from '../openai/openai-routes.ts';
import type { JsonObject, RequestReading, RequestView } from '../profile.ts';

/** The API takes up to 100. */
const STEPS_MAX = 100;
/**
 * Steps of research that a preset may take where the request does not say. Without a preset it is
 * one, says the API. Our bound: three searches were seen under `low`, and twenty are not exceeded
 * by what others report of `xhigh`.
 */
const PRESET_STEPS: ReadonlyMap<string, number> = new Map([
  ['fast', 1],
  ['low', 3],
  ['medium', 5],
  ['high', 10],
  ['xhigh', 20],
  ['wide-research', 100],
]);
const UNKNOWN_PRESET_STEPS = 20;
/** One step may ask several things at once. Our bound. */
const SEARCHES_PER_STEP = 3;
/** Steps for which the sources read are counted as input, at 64,000 tokens each. Our bound. */
const READING_STEPS_MAX = 10;

/**
 * Deep research reasons and quotes beside what `max_tokens` caps: up to 193,947 and 20,470 tokens
 * and 74 searches were seen. This many tokens of output cost what 250,000 of reasoning and 25,000
 * of citations do. Our bound.
 */
const RESEARCH_TOKENS = 100_000;
const RESEARCH_OUTPUT_TOKENS = 32_000;
const RESEARCH_SEARCHES = 100;

const EMPTY: JsonObject = Object.freeze({});
const SOURCES: ChatMessage = Object.freeze({ role: 'tool', content: [{ type: 'sources' }] });

export function readPerplexityRequest(request: RequestView): RequestReading {
  const kind = perplexityRoute(request);
  const body = request.body ?? EMPTY;
  if (kind === 'agent') return readAgent(body);
  if (kind === 'sonar') return readSonar(body);
  const { operation } = routeOf(request.method, request.path);
  return {
    operation: { ...modelOf(operation, body.model), ...plainInputOf(body.input ?? body.query) },
    isStream: body.stream === true,
    usageRequest: null,
    capMember: null,
    hidesOutput: false,
    isFree: kind === 'free',
  };
}

export function perplexityRoute({
  method,
  path,
}: RequestView): 'agent' | 'sonar' | 'other' | 'free' {
  if (method !== 'POST' || routeOf(method, path).kind === 'free') return 'free';
  const end = path.endsWith('/') ? path.slice(0, -1) : path;
  if (end.endsWith('/responses') || end.endsWith('/agent')) return 'agent';
  return end.endsWith('/chat/completions') || end.endsWith('/sonar') ? 'sonar' : 'other';
}

function modelOf(operation: string, name: unknown): OperationDraft {
  const model = modelName(name);
  return model === undefined ? { operation } : { operation, model };
}

/**
 * The first of `models`, which win over `model`: the others are asked where it fails. A preset
 * names none, so that its price is the default one until the answer tells its own.
 */
function readAgent(body: JsonObject): RequestReading {
  const [first] = listAt(body, 'models');
  const preset = textAt(body, 'preset');
  const named = first ?? body.model ?? (preset === '' ? undefined : `preset:${preset}`);
  const cap = knownCountAt(body, 'max_output_tokens');
  const steps = stepsOf(body, preset);
  const messages = responseInputOf(body);
  const searches = maySearch(body) ? steps * SEARCHES_PER_STEP : 0;
  const operation = modelOf('agent_response', named);
  operation.messages = searches === 0 ? messages : [...messages, ...sourcesOf(steps)];
  capOutput(operation, cap, 1);
  if (searches > 0) operation.searchesMax = searches;
  return {
    operation,
    isStream: body.stream === true,
    usageRequest: null,
    capMember: cap === undefined ? 'max_output_tokens' : null,
    // What it says between its steps is billed and not shown.
    hidesOutput: true,
    isFree: false,
  };
}

function stepsOf(body: JsonObject, preset: string): number {
  const known = knownCountAt(body, 'max_steps');
  if (known !== undefined) return Math.min(Math.max(known, 1), STEPS_MAX);
  if (preset === '' && body.profile === undefined) return 1;
  return PRESET_STEPS.get(preset) ?? UNKNOWN_PRESET_STEPS;
}

/** A preset, or a profile, brings tools of its own. */
function maySearch(body: JsonObject): boolean {
  if (textAt(body, 'preset') !== '' || isJsonObject(body.profile)) return true;
  return listAt(body, 'tools').some(
    (tool) => isJsonObject(tool) && !['', 'function'].includes(textAt(tool, 'type')),
  );
}

const sourcesOf = (steps: number): readonly ChatMessage[] =>
  Array.from({ length: Math.min(steps, READING_STEPS_MAX) }, () => SOURCES);

function readSonar(body: JsonObject): RequestReading {
  const cap = knownCountAt(body, 'max_tokens');
  const isResearch = textAt(body, 'model').endsWith('deep-research');
  const operation = modelOf('chat_completion', body.model);
  operation.messages = chatOf(body);
  if (isResearch) operation.searchesMax = RESEARCH_SEARCHES;
  const research = (cap ?? RESEARCH_OUTPUT_TOKENS) + RESEARCH_TOKENS;
  capOutput(operation, isResearch ? research : cap, 1);
  return {
    operation,
    isStream: body.stream === true,
    usageRequest: null,
    capMember: cap === undefined && !isResearch ? 'max_tokens' : null,
    hidesOutput: isResearch,
    isFree: false,
  };
}
