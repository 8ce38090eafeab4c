/** A simulated Perplexity: its Agent API, and the Sonar API that it retired in September 2026. */
import { choiceOption, numberOption } from '../../../../services/check.ts';
import { systemClock } from '../../../../services/clock.ts';
import { seededRandom } from '../../seeded-random.ts';
import { identifiers } from '../identifiers.ts';
import { startSimulation } from '../simulated-server.ts';
import { checkSimulation, type SimulatedProvider, type SimulationOptions } from '../simulation.ts';
import { currentTokens } from '../token-counts.ts';
import type { SimulatedWorld } from '../world.ts';
import { answerAgent } from './perplexity-agent.ts';
import {
  perplexityError,
  refuseAsPerplexity,
  retiredSonar,
  wrongKey,
} from './perplexity-errors.ts';
import { answerSonar } from './perplexity-sonar.ts';

export interface PerplexitySimulationOptions extends SimulationOptions {
  /**
   * The former `/chat/completions`: `served`, as compatible servers do, or `retired`, as Perplexity
   * itself answers: 403 with the type `chat_completions_not_available`, whatever the key.
   * @default 'served'
   */
  readonly sonar?: 'served' | 'retired';
}

const SONAR_PATHS = ['/chat/completions', '/v1/chat/completions', '/v1/sonar'];
const AGENT_PATHS = ['/v1/responses', '/v1/agent'];

/**
 * Starts it on 127.0.0.1; close it when done. `baseUrl` has no path, as Perplexity's client wants
 * it; the `openai` client wants `${url}/v1`.
 *
 * @throws FuseboardError invalid_option
 */
export async function simulatePerplexity(
  options: PerplexitySimulationOptions = {},
): Promise<SimulatedProvider> {
  const path = 'simulatePerplexity';
  checkSimulation(path, options, ['sonar']);
  const { sonar, ...common } = options;
  const serving = choiceOption(`${path}.sonar`, sonar, ['served', 'retired'] as const, 'served');
  const seed = numberOption(`${path}.seed`, options.seed, { min: 0, integer: true }, 1);
  const world: SimulatedWorld = {
    seed,
    clock: options.clock ?? systemClock,
    makeId: identifiers(seededRandom(seed)),
    count: await currentTokens(),
    settings: options.answer ?? {},
  };
  return startSimulation(
    path,
    {
      basePath: '',
      headers: () => ({ 'x-request-id': world.makeId('') }),
      authorize: ({ keyFingerprint }, isKnown) =>
        keyFingerprint === null || isKnown === false ? wrongKey() : null,
      refuse: (_, behaviour) => refuseAsPerplexity(behaviour),
      answer: (request, behaviour) => {
        const { method, path: requested } = request;
        if (method === 'POST' && AGENT_PATHS.includes(requested)) {
          return answerAgent(world, request, behaviour);
        }
        if (method === 'POST' && SONAR_PATHS.includes(requested)) {
          return serving === 'retired' ? retiredSonar() : answerSonar(world, request, behaviour);
        }
        return perplexityError(404, 'not_found', `No such path: ${method} ${requested}`);
      },
    },
    common,
  );
}
