/**
 * OpenAI: chats, responses, completions, embeddings and batches, and any other server that speaks
 * its language, whatever its base URL.
 *
 * Batches: handing one in costs nothing yet and is said to; its file is not read. A batch is
 * charged when it is retrieved and found finished, at half price (tier `batch`), with its id as
 * `usageKey`, because every later retrieval tells the same usage again.
 * Responses in the background: nobody waits for their usage, so their worst case is charged when
 * they are handed in, and looking at them is free.
 */
import type { Profile } from '../profile.ts';
import { refusalMessage, REFUSAL_STATUS, statusOfCode } from '../refusal-status.ts';
import { rateLimitsFrom } from '../retry-times.ts';
import { readOpenAIAnswer } from './openai-answer.ts';
import { faultOfResponse } from './openai-faults.ts';
import { answersIn, asksForUsage, readOpenAIRequest } from './openai-request.ts';
import { AnswerStream } from './openai-stream.ts';

export const openai: Profile = Object.freeze<Profile>({
  name: 'openai',
  framing: 'sse',
  readRequest: readOpenAIRequest,
  readAnswer: readOpenAIAnswer,
  openStream: ({ body }) =>
    new AnswerStream({ answers: answersIn(body), hidesUsage: !asksForUsage(body) }),
  readFault: faultOfResponse,
  readLimits: rateLimitsFrom,
  refusalResponse: (refusal, nowMs) => {
    const { status, type } = REFUSAL_STATUS[refusal.code];
    const message = refusalMessage(refusal, nowMs);
    return { status, body: { error: { message, type, param: null, code: refusal.code } } };
  },
  errorFrame: (code, message) => {
    const { type } = statusOfCode(code);
    const error = { message, type, param: null, code };
    // Clients know the events of the Responses API by `type`, and chats by `error`.
    return `data: ${JSON.stringify({ type: 'error', sequence_number: 0, error })}\n\n`;
  },
});
