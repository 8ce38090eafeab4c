/** A simulated LightRAG server (v1.5): queries, documents, graph, health. */
import { knownKeys, numberOption } from '../../../../services/check.ts';
import { systemClock } from '../../../../services/clock.ts';
import { seededRandom } from '../../seeded-random.ts';
import type { AnsweringBehaviour } from '../behaviours.ts';
import { identifiers } from '../identifiers.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, type Reply, type WholeReply } from '../reply.ts';
import { startSimulation } from '../simulated-server.ts';
import { checkSimulation, type SimulatedProvider, type SimulationOptions } from '../simulation.ts';
import { currentTokens } from '../token-counts.ts';
import type { SimulatedWorld } from '../world.ts';
import { Documents, type LightRagDocuments } from './lightrag-documents.ts';
import { detail, refuseAsLightRag, unprocessable } from './lightrag-errors.ts';
import { graphLabels, hasEntity, knowledgeGraph } from './lightrag-graph.ts';
import { answerQuery, answerQueryData } from './lightrag-query.ts';

export interface LightRagSimulationOptions extends SimulationOptions {
  readonly documents?: LightRagDocuments;
}

const GRAPH_NODES_MAX = 1_000;

/**
 * Starts it on 127.0.0.1; close it when done. Without `keys` it asks for none, as the real one
 * without `LIGHTRAG_API_KEY`.
 *
 * @throws FuseboardError invalid_option
 */
export async function simulateLightRag(
  options: LightRagSimulationOptions = {},
): Promise<SimulatedProvider> {
  const path = 'simulateLightRag';
  checkSimulation(path, options, ['documents']);
  const { documents: documentOptions = {}, ...common } = options;
  knownKeys(`${path}.documents`, documentOptions, ['takesMs', 'jobTakesMs', 'failure']);
  for (const name of ['takesMs', 'jobTakesMs'] as const) {
    numberOption(`${path}.documents.${name}`, documentOptions[name], { min: 0 }, 0);
  }
  const seed = numberOption(`${path}.seed`, options.seed, { min: 0, integer: true }, 1);
  const world: SimulatedWorld = {
    seed,
    clock: options.clock ?? systemClock,
    makeId: identifiers(seededRandom(seed)),
    count: await currentTokens(),
    settings: options.answer ?? {},
  };
  const documents = new Documents(documentOptions, world);
  /** Of the request at hand: it is authorized and answered in one turn. */
  let isKnown: boolean | null = null;
  return startSimulation(
    path,
    {
      basePath: '',
      headers: () => ({}),
      authorize: (request, known) => {
        isKnown = known;
        return request.path === '/health' ? null : refusedKey(request, known);
      },
      refuse: (_, behaviour) => refuseAsLightRag(behaviour),
      answer: (request, behaviour) => {
        if (`${request.method} ${request.path}` === 'GET /health') {
          return health(documents, isKnown);
        }
        return answerAt(world, documents, request, behaviour);
      },
    },
    common,
  );
}

function refusedKey({ keyHeader }: ReceivedRequest, isKnown: boolean | null): WholeReply | null {
  if (isKnown !== false) return null;
  if (keyHeader === 'authorization') return detail(401, 'Invalid token. Please login again.');
  return detail(403, keyHeader === null ? 'API Key required' : 'Invalid API Key');
}

function answerAt(
  world: SimulatedWorld,
  documents: Documents,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
): Reply {
  const { method, path } = request;
  switch (`${method} ${path}`) {
    case 'POST /query':
    case 'POST /query/stream':
      return answerQuery(world, request, behaviour);
    case 'POST /query/data':
      return answerQueryData(request, behaviour);
    case 'POST /documents/text':
    case 'POST /documents/texts':
      return documents.insert(request);
    case 'GET /documents':
      return documents.list();
    case 'DELETE /documents':
      return documents.clear();
    case 'DELETE /documents/delete_document':
      return documents.remove(request);
    case 'GET /documents/status_counts':
      return documents.statusCounts();
    case 'GET /documents/pipeline_status':
      return documents.pipelineStatus();
    case 'POST /documents/scan':
      return documents.scan();
    case 'POST /documents/clear_cache':
      return documents.clearCache();
    case 'GET /graph/label/list':
      return { ...jsonReply(200, {}), body: JSON.stringify(graphLabels()) };
    case 'GET /graphs':
      return graphAt(request);
    case 'GET /graph/entity/exists': {
      const name = new URLSearchParams(request.query).get('name') ?? '';
      return jsonReply(200, { exists: hasEntity(name) });
    }
  }
  const tracked = '/documents/track_status/';
  if (method === 'GET' && path.startsWith(tracked)) {
    return documents.trackStatus(path.slice(tracked.length));
  }
  return detail(404, 'Not Found');
}

function graphAt({ query }: ReceivedRequest): Reply {
  const parameters = new URLSearchParams(query);
  const label = parameters.get('label');
  if (label === null) return unprocessable(['query', 'label'], 'Field required', 'missing');
  const nodesMax = Number(parameters.get('max_nodes') ?? GRAPH_NODES_MAX);
  if (!Number.isSafeInteger(nodesMax) || nodesMax < 1) {
    const msg = 'Input should be greater than or equal to 1';
    return unprocessable(['query', 'max_nodes'], msg, 'greater_than_equal');
  }
  return jsonReply(200, knowledgeGraph(label, nodesMax));
}

/** Says little to those without a key, and nothing about whether the language model works. */
function health(documents: Documents, isKnown: boolean | null): Reply {
  const common = {
    status: 'healthy',
    auth_mode: isKnown === null ? 'disabled' : 'enabled',
    core_version: '1.5.0',
    api_version: '0290',
    pipeline_busy: documents.isBusy,
    webui_title: null,
    webui_description: null,
    webui_available: true,
  };
  if (isKnown === false) return jsonReply(200, common);
  return jsonReply(200, {
    ...common,
    working_directory: 'rag_storage',
    input_directory: 'inputs',
    configuration: {
      llm_binding: 'openai',
      llm_model: 'gpt-4o-mini',
      embedding_binding: 'openai',
      embedding_model: 'text-embedding-3-small',
      max_async: 4,
      enable_rerank: false,
    },
    keyed_locks: {},
  });
}
