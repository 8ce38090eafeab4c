/** What the parts of a simulated API share, and what is said about its answers. */
import type { Clock } from '../../../services/clock.ts';
import type { AnswerSettings, AnsweringBehaviour } from './behaviours.ts';
import type { MakeId } from './identifiers.ts';
import { modelAnswer, textRandom, type ModelAnswer } from './model-answer.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { CountTokens } from './token-counts.ts';
import type { UsageFault } from './usage-fault.ts';

export interface SimulatedWorld {
  readonly seed: number;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly count: CountTokens;
  readonly settings: AnswerSettings;
}

export const nowSeconds = ({ clock }: SimulatedWorld): number => Math.floor(clock.nowMs() / 1000);

export const usageFault = (behaviour: AnsweringBehaviour): UsageFault | null =>
  behaviour.type === 'wrong_usage' ? behaviour.usage : null;

/** What of a behaviour takes the place of the server's settings. */
export function settingsOf(
  settings: AnswerSettings,
  { text, outputTokens, reasoningTokens, cachedTokens }: AnsweringBehaviour,
): AnswerSettings {
  const own = { text, outputTokens, reasoningTokens, cachedTokens };
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  // A text that a behaviour sets is not to be shortened to the server's length, nor the reverse.
  const { text: _, ...rest } = settings;
  return { ...(outputTokens === undefined ? settings : rest), ...said };
}

/** Answers of the model, `choices` of them. A filtered one says nothing. */
export function answersTo(
  world: SimulatedWorld,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
  capTokens: number | null,
  choices = 1,
): readonly ModelAnswer[] {
  const isFiltered = behaviour.type === 'content_filtered';
  const settings = settingsOf(world.settings, behaviour);
  const random = textRandom(world.seed, request.path + request.text);
  return Array.from({ length: choices }, () =>
    modelAnswer(isFiltered ? { ...settings, text: '' } : settings, random, capTokens, world.count),
  );
}
